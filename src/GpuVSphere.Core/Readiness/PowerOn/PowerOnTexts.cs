using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>The texts by which failures are known, and what stands in them.</summary>
internal static class PowerOnTexts
{
    public const string PagesNeeded = "total number of pages needed";
    public const string NotPassthrough = "is not a passthrough device";
    public const string WrongIds = "does not match the current system";
    public const string InUse = "already in use";
    public const string NotAvailable = "not available on host";
    public const string Reservation = "sched.mem.min";
    public const string HostMemory = "sufficient memory resources";
    public const string NoResource = "amount of graphics resource available";
    public const string NoPlugin = "Could not initialize plugin";
    public const string VgpuLicence = "vGPU license state: Unlicensed";
    public const string GriddServer = "( ServerAddress  ) not set";
    public const string GuestBar = "BAR1 is 0M";
    public const string HotPlugged = "Adapter removed";
    public const string PowerOnFailed = "power on failed";
    public const string LogBegins = "Log for VMware ESX";

    // Addresses are written in full and in hexadecimal, or, by older releases, as bus:slot.function in decimal: "currently at 97:0.0" for 0000:61:00.0.
    private static readonly Regex s_full = new(@"\b[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]\b", RegexOptions.CultureInvariant);
    private static readonly Regex s_short = new(@"(?<![0-9a-fA-F:.])([0-9a-fA-F]{1,3}):([0-9a-fA-F]{1,2})\.([0-7])\b(?!\.[0-9])", RegexOptions.CultureInvariant);
    private static readonly Regex s_profile = new("vGPU \"([^\"]+)\"", RegexOptions.CultureInvariant);
    private static readonly Regex s_index = new(@"pciPassthru([0-9]{1,3})\b", RegexOptions.CultureInvariant);

    /// <summary>Every text of which one is in each line that tells of a failure.</summary>
    public static IReadOnlyList<string> Telling { get; } = Array.AsReadOnly<string>(
    [
        PagesNeeded, NotPassthrough, WrongIds, InUse, NotAvailable, Reservation, HostMemory, NoResource, NoPlugin, VgpuLicence, GriddServer, GuestBar, HotPlugged, PowerOnFailed,
    ]);

    /// <summary>Whether a line tells of a failure.</summary>
    public static bool Tells(string line) => Telling.Any(text => Has(line, text) && (text != InUse || IsOfDevice(line))) && !IsSetting(line);

    /// <summary>Whether a line speaks of a PCI device: sockets and files are in use too.</summary>
    public static bool IsOfDevice(string line) => Has(line, "device") || Has(line, "pciPassthru");

    /// <summary>Whether a text has words, whatever their case.</summary>
    public static bool Has(string text, string words) => text.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;

    /// <summary>What the address in a line may mean, the likeliest first; empty when there is none.</summary>
    public static IReadOnlyList<PciAddress> Addresses(string line)
    {
        if (s_full.Match(line) is { Success: true } full && PciAddress.TryParse(full.Value, out PciAddress address))
        {
            return [address];
        }

        // The time at the beginning of a line has colons too: the address is the last that looks like one.
        if (s_short.Matches(line).Cast<Match>().LastOrDefault() is not { } match)
        {
            return [];
        }

        List<PciAddress> found = [];
        if (int.TryParse(match.Groups[1].Value, out int bus) && bus <= byte.MaxValue && int.TryParse(match.Groups[2].Value, out int slot) && slot <= 31)
        {
            found.Add(new PciAddress(0, (byte)bus, (byte)slot, (byte)(match.Groups[3].Value[0] - '0')));
        }

        if (PciAddress.TryParse(match.Value, out PciAddress hexadecimal) && !found.Contains(hexadecimal))
        {
            found.Add(hexadecimal);
        }

        return found;
    }

    /// <summary>The profile that a line names, or null.</summary>
    public static string? Profile(string line) => s_profile.Match(line) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The N of a <c>pciPassthruN</c> that a line names, or null.</summary>
    public static int? DeviceIndex(string line) => s_index.Match(line) is { Success: true } match ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : null;

    // A log prints the VM's settings at its begin, sched.mem.min among them.
    private static bool IsSetting(string line) => line.IndexOf("DICT ", StringComparison.Ordinal) >= 0;
}
