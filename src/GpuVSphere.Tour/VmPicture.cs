using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator;

namespace GpuVSphere.Tour;

/// <summary>What of a VM the job changes, taken from the simulator's own state, so that two moments can be compared.</summary>
internal sealed class VmPicture
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    private VmPicture()
    {
    }

    internal static VmPicture Of(RawVm vm)
    {
        var picture = new VmPicture();
        picture._values["power"] = vm.PowerState;
        picture._values["firmware"] = vm.Firmware;
        picture._values["PCI devices"] = vm.PciDevices.Count == 0 ? "none" : string.Join(", ", vm.PciDevices.Select(device => device.AssignedAddress ?? device.Id));
        picture._values["memory reserved"] = vm.IsMemoryReservationLocked ? "all" : FormattableString.Invariant($"{vm.MemoryReservationMB} MB");
        picture._values["CPU hot-add"] = vm.CpuHotAdd ? "on" : "off";
        picture._values["memory hot-add"] = vm.MemoryHotAdd ? "on" : "off";
        foreach (KeyValuePair<string, string> entry in vm.ExtraConfig.Where(entry => entry.Key.StartsWith("pciPassthru", StringComparison.OrdinalIgnoreCase)
            || entry.Key.StartsWith("gpuvsphere", StringComparison.OrdinalIgnoreCase)))
        {
            picture._values[entry.Key] = entry.Value;
        }

        return picture;
    }

    /// <summary>The values of two moments side by side.</summary>
    internal static IEnumerable<IReadOnlyList<string>> Compare(VmPicture before, VmPicture after) =>
        before._values.Keys.Union(after._values.Keys).OrderBy(key => key, StringComparer.Ordinal).Select(key => (IReadOnlyList<string>)
        [
            key,
            Short(before._values.GetValueOrDefault(key, "-")),
            Short(after._values.GetValueOrDefault(key, "-")),
        ]);

    /// <summary>What differs between two moments, in words; empty when nothing does.</summary>
    internal static string Difference(VmPicture before, VmPicture after) => string.Join(
        "; ",
        Compare(before, after).Where(row => row[1] != row[2]).Select(row => $"{row[0]}: {row[1]} before, {row[2]} now"));

    private static string Short(string value) => value.Length <= 30 ? value : value[..27] + "...";
}
