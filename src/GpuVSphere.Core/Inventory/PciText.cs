using System;
using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuVSphere.Inventory;

/// <summary>Reads PCI ids and addresses in the forms that servers and tools write them in.</summary>
internal static class PciText
{
    private static readonly Regex s_address = new("[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]", RegexOptions.CultureInvariant);

    /// <summary>Finds an address within a longer text, such as an instance id.</summary>
    /// <param name="text">The text.</param>
    public static PciAddress? FindAddress(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return PciAddress.TryParse(text, out PciAddress whole)
            ? whole
            : s_address.Match(text) is { Success: true } match && PciAddress.TryParse(match.Value, out PciAddress part) ? part : null;
    }

    /// <summary>
    /// Reads the deviceId of a static backing. Tools write it in decimal, in hexadecimal with and without 0x, signed and not, or leave it empty;
    /// the digits alone do not always tell which. What the host has at that address decides; without it, hexadecimal is the likelier.
    /// </summary>
    /// <param name="text">The text of the backing.</param>
    /// <param name="atThatAddress">The device id that the host has at the configured address, or null when it is not known.</param>
    /// <returns>The id, or null when the text is empty or none.</returns>
    public static ushort? ReadDeviceId(string? text, ushort? atThatAddress)
    {
        string bare = (text ?? string.Empty).Trim();
        bool isNegative = bare.StartsWith("-", StringComparison.Ordinal);
        string digits = isNegative ? bare.Substring(1) : bare;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return Read(digits.Substring(2), NumberStyles.AllowHexSpecifier, isNegative);
        }

        ushort? asHex = Read(digits, NumberStyles.AllowHexSpecifier, isNegative);
        ushort? asDecimal = Read(digits, NumberStyles.None, isNegative);
        return atThatAddress is not null && asDecimal == atThatAddress ? asDecimal : asHex ?? asDecimal;
    }

    /// <summary>Reads a number that should be one of 16 bits, signed or not; 0 when it is none.</summary>
    /// <param name="text">The text on the wire.</param>
    public static ushort ReadId(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long value)
            ? unchecked((ushort)value)
            : (ushort)0;

    private static ushort? Read(string digits, NumberStyles styles, bool isNegative)
    {
        if (!int.TryParse(digits, styles, CultureInfo.InvariantCulture, out int value) || value < 0)
        {
            return null;
        }

        // A signed short that was made text without masking first.
        return isNegative
            ? value <= 0x8000 ? unchecked((ushort)-value) : null
            : value <= ushort.MaxValue ? (ushort)value : null;
    }
}
