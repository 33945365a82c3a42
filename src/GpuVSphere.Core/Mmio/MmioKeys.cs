using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Mmio;

/// <summary>The two keys in a VM's extraConfig, and what people write in their place.</summary>
public static class MmioKeys
{
    /// <summary>The switch: <c>TRUE</c> lets ESXi map devices above 4 GB.</summary>
    public const string Use64Bit = "pciPassthru.use64bitMMIO";

    /// <summary>The size of the window in GB, for all devices of the VM together.</summary>
    public const string SizeGB = "pciPassthru.64bitMMIOSizeGB";

    // Letters that may differ before a key is no longer taken for one of the two.
    private const int MostSlips = 3;

    private static readonly string s_use64Bit = Letters(Use64Bit);
    private static readonly string s_sizeGB = Letters(SizeGB);

    /// <summary>Reads the two keys from a VM's extraConfig and says what is wrong with them. Values that are empty count as absent, as in ESXi.</summary>
    /// <param name="extraConfig">All keys and values of the VM.</param>
    public static MmioSettings Read(IEnumerable<KeyValuePair<string, string>> extraConfig)
    {
        bool? isOn = null;
        int? sizeGB = null;
        string? use64Value = null;
        var findings = new List<MmioKeyFinding>();
        foreach (KeyValuePair<string, string> entry in extraConfig)
        {
            if (string.IsNullOrWhiteSpace(entry.Value) || WhichKey(entry.Key) is not { } key)
            {
                continue;
            }

            string value = entry.Value.Trim();
            bool isRightKey = string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase);
            if (!isRightKey)
            {
                findings.Add(Misspelt(entry.Key, value, key));
                continue;
            }

            if (!string.Equals(entry.Key, key, StringComparison.Ordinal))
            {
                findings.Add(new MmioKeyFinding(
                    MmioKeyProblem.OtherCase, entry.Key, value, key, value, $"{entry.Key} is usually written {key}. ESXi does not mind."));
            }

            if (key == Use64Bit)
            {
                use64Value = value;
                isOn = ReadSwitch(entry.Key, value, findings);
            }
            else
            {
                sizeGB = ReadSize(entry.Key, value, findings);
            }
        }

        if (sizeGB is not null && isOn is null)
        {
            findings.Add(new MmioKeyFinding(
                MmioKeyProblem.Missing, Use64Bit, null, Use64Bit, "TRUE", $"{SizeGB} is set without {Use64Bit}, so it has no effect."));
        }
        else if (sizeGB is not null && isOn == false && string.Equals(use64Value, "FALSE", StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(new MmioKeyFinding(
                MmioKeyProblem.SwitchedOff, Use64Bit, use64Value, Use64Bit, "TRUE", $"{SizeGB} is set and {Use64Bit} is FALSE, so the size has no effect."));
        }

        return new MmioSettings(isOn == true, sizeGB, findings);
    }

    /// <summary>Which of the two keys a text is or was meant to be; null when it is neither.</summary>
    /// <param name="key">A key of extraConfig.</param>
    public static string? WhichKey(string key)
    {
        string letters = Letters(key);
        if (letters == s_use64Bit || letters == s_sizeGB)
        {
            return letters == s_use64Bit ? Use64Bit : SizeGB;
        }

        // Only what speaks of MMIO, give or take a letter, can be meant: the many other pciPassthru keys are left alone.
        int toSwitch = Distance(letters, s_use64Bit);
        int toSize = Distance(letters, s_sizeGB);
        bool speaksOfIt = letters.Contains("mmio") && (letters.Contains("pcipass") || letters.Contains("64bit"));
        if (!speaksOfIt && Math.Min(toSwitch, toSize) > MostSlips)
        {
            return null;
        }

        if (letters.Contains("size") || letters.EndsWith("gb", StringComparison.Ordinal) || letters.EndsWith("mb", StringComparison.Ordinal))
        {
            return SizeGB;
        }

        return letters.Contains("use") || toSwitch <= toSize ? Use64Bit : SizeGB;
    }

    private static int Distance(string letters, string key)
    {
        // The words before the point are often left out or wrong, so the part after it may match alone.
        const int PrefixLength = 11;
        return Math.Min(EditDistance.Between(letters, key), EditDistance.Between(letters, key.Substring(PrefixLength)));
    }

    private static MmioKeyFinding Misspelt(string key, string value, string meant)
    {
        string? mended = meant == Use64Bit
            ? (SwitchOf(value) is { } isOn ? (isOn ? "TRUE" : "FALSE") : null)
            : Letters(key).EndsWith("mb", StringComparison.Ordinal) ? null : NumberOf(value) is { } size ? Mended(size) : null;
        return new MmioKeyFinding(
            MmioKeyProblem.Misspelt, key, value, meant, mended, $"{key} is not a key that ESXi knows, so it has no effect; {meant} is meant.");
    }

    private static bool ReadSwitch(string key, string value, List<MmioKeyFinding> findings)
    {
        bool? isOn = SwitchOf(value);
        bool isPlain = string.Equals(value, "TRUE", StringComparison.OrdinalIgnoreCase) || string.Equals(value, "FALSE", StringComparison.OrdinalIgnoreCase);
        if (!isPlain)
        {
            findings.Add(new MmioKeyFinding(
                MmioKeyProblem.BadValue, key, value, Use64Bit, isOn == false ? "FALSE" : "TRUE", $"{key} is '{value}'; the value that is known to work is TRUE."));
        }

        // What is not known to switch it on is not counted as on.
        return isPlain && isOn == true;
    }

    private static int? ReadSize(string key, string value, List<MmioKeyFinding> findings)
    {
        int? size = NumberOf(value);
        bool isPlain = size is not null && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        string? mended = size is { } number ? Mended(number) : null;
        if (!isPlain || mended is null)
        {
            findings.Add(new MmioKeyFinding(
                MmioKeyProblem.BadValue, key, value, SizeGB, mended, $"{key} is '{value}'; it must be a whole number of GB, a power of two, without a unit."));
            return mended is null ? null : size;
        }

        if (mended != value.TrimStart('0'))
        {
            findings.Add(new MmioKeyFinding(
                MmioKeyProblem.NotAPowerOfTwo, key, value, SizeGB, mended, $"{key} is {value}, which is no power of two; the next one is {mended}."));
        }

        return size;
    }

    private static bool? SwitchOf(string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" or "T" or "Y" or "ENABLED" => true,
        "FALSE" or "0" or "NO" or "OFF" or "F" or "N" or "DISABLED" => false,
        _ => null,
    };

    /// <summary>The number in "64", "64 GB", "64.0" or "64g"; null when there is none.</summary>
    private static int? NumberOf(string value)
    {
        string text = value.Trim().ToUpperInvariant();
        foreach (string unit in (string[])["GIB", "GB", "G"])
        {
            if (text.EndsWith(unit, StringComparison.Ordinal))
            {
                text = text.Substring(0, text.Length - unit.Length).TrimEnd();
                break;
            }
        }

        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            && number is >= 1 and <= 1_048_576 && number == decimal.Truncate(number)
            ? (int)number
            : null;
    }

    private static string Mended(int size) => MmioSizing.RoundUpToPowerOfTwo(size).ToString(CultureInfo.InvariantCulture);

    private static string Letters(string key) => new([.. key.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
