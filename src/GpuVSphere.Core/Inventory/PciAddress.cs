using System;
using System.Globalization;

namespace GpuVSphere.Inventory;

/// <summary>The address of a PCI device on a host: segment, bus, slot and function, written as <c>0000:3b:00.0</c>.</summary>
/// <param name="Segment">The PCI segment (domain).</param>
/// <param name="Bus">The bus.</param>
/// <param name="Slot">The slot on the bus, 0 to 31.</param>
/// <param name="Function">The function of the device, 0 to 7.</param>
public readonly record struct PciAddress(ushort Segment, byte Bus, byte Slot, byte Function) : IComparable<PciAddress>
{
    /// <summary>Reads an address, with or without its segment, in either case of hexadecimal.</summary>
    /// <param name="text">Such as <c>0000:3b:00.0</c>, <c>3B:00.0</c>, or nvidia-smi's <c>00000000:3B:00.0</c>.</param>
    /// <param name="address">The address, when the text is one.</param>
    /// <returns>Whether the text is an address.</returns>
    public static bool TryParse(string? text, out PciAddress address)
    {
        address = default;
        string[] parts = (text ?? string.Empty).Trim().Split(':');
        string segment = parts.Length == 3 ? parts[0] : "0";
        if (parts.Length is not (2 or 3))
        {
            return false;
        }

        string[] slotAndFunction = parts[parts.Length - 1].Split('.');
        if (slotAndFunction.Length != 2
            || !TryHex(segment, 8, ushort.MaxValue, out int segmentNumber)
            || !TryHex(parts[parts.Length - 2], 2, byte.MaxValue, out int bus)
            || !TryHex(slotAndFunction[0], 2, 31, out int slot)
            || !TryHex(slotAndFunction[1], 1, 7, out int function))
        {
            return false;
        }

        address = new PciAddress((ushort)segmentNumber, (byte)bus, (byte)slot, (byte)function);
        return true;
    }

    /// <summary>Orders by segment, bus, slot, function.</summary>
    /// <param name="other">The address to compare with.</param>
    public int CompareTo(PciAddress other) => Rank.CompareTo(other.Rank);

    /// <summary>The address as vSphere writes it: lower-case, with its segment.</summary>
    public override string ToString() =>
        string.Format(CultureInfo.InvariantCulture, "{0:x4}:{1:x2}:{2:x2}.{3:x}", Segment, Bus, Slot, Function);

    private long Rank => ((long)Segment << 24) | (uint)(Bus << 16) | (uint)(Slot << 8) | Function;

    private static bool TryHex(string text, int maxDigits, int max, out int value)
    {
        value = 0;
        return text.Length >= 1 && text.Length <= maxDigits
            && int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            && value >= 0 && value <= max;
    }
}
