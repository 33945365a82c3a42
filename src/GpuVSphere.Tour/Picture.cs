using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator;

namespace GpuVSphere.Tour;

/// <summary>What of a VM or a host the job changes, taken from the simulator's own state, so that two moments can be compared.</summary>
internal sealed class Picture
{
    private const string Bootbank = "_bootbank_";
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    private Picture()
    {
    }

    internal static Picture Of(RawVm vm)
    {
        var picture = new Picture();
        picture._values["power"] = vm.PowerState;
        picture._values["firmware"] = vm.Firmware;
        picture._values["PCI devices"] = vm.PciDevices.Count == 0 ? "none" : string.Join(", ", vm.PciDevices.Select(Device));
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

    /// <summary>A host, as far as vGPUs need it.</summary>
    internal static Picture Of(RawHost host)
    {
        var picture = new Picture();
        RawHostGraphics graphics = host.Graphics;
        picture._values["default graphics type"] = graphics.DefaultType;
        picture._values["boots"] = FormattableString.Invariant($"{host.BootCount}");
        picture._values["driver runs"] = host.HasGpuDriver ? "yes" : "no";
        picture._values["maintenance mode"] = host.IsInMaintenance ? "yes" : "no";
        foreach (RawDevice device in NvidiaGpus(host))
        {
            RawGraphicsDevice type = graphics.Device(device.Address);
            picture._values[$"{device.Address} configured"] = type.ConfiguredType;
            picture._values[$"{device.Address} in force"] = type.Type;
            picture._values[$"{device.Address} ECC, after a reboot"] = $"{OnOff(device.EccCurrent)}, {OnOff(device.EccPending)}";
        }

        foreach (string vib in NvidiaVibs(host.Vibs))
        {
            string named = vib[(vib.IndexOf(Bootbank, StringComparison.Ordinal) + Bootbank.Length)..];
            int version = named.LastIndexOf('_');
            picture._values["VIB " + named[..version]] = named[(version + 1)..];
        }

        return picture;
    }

    /// <summary>The GPUs of a host.</summary>
    internal static IEnumerable<RawDevice> NvidiaGpus(RawHost host) => host.Devices.Where(device => device.VendorId == 0x10de);

    /// <summary>NVIDIA's of the packages of a host.</summary>
    internal static IReadOnlyList<string> NvidiaVibs(IEnumerable<string> ids) =>
        [.. ids.Where(id => id.StartsWith("NVIDIA" + Bootbank, StringComparison.Ordinal) || id.StartsWith("NVD" + Bootbank, StringComparison.Ordinal))];

    /// <summary>The values of two moments side by side.</summary>
    internal static IEnumerable<IReadOnlyList<string>> Compare(Picture before, Picture after) =>
        before._values.Keys.Union(after._values.Keys).OrderBy(key => key, StringComparer.Ordinal).Select(key => (IReadOnlyList<string>)
        [
            key,
            Short(before._values.GetValueOrDefault(key, "-")),
            Short(after._values.GetValueOrDefault(key, "-")),
        ]);

    /// <summary>What differs between two moments, in words; empty when nothing does.</summary>
    internal static string Difference(Picture before, Picture after) => string.Join(
        "; ",
        Compare(before, after).Where(row => row[1] != row[2]).Select(row => $"{row[0]}: {row[1]} before, {row[2]} now"));

    private static string Device(RawVmDevice device) => device.Kind == "vgpu"
        ? device.Vgpu + (device.AssignedAddress is { } address ? " on " + address : string.Empty)
        : device.AssignedAddress ?? device.Id;

    private static string OnOff(bool value) => value ? "on" : "off";

    private static string Short(string value) => value.Length <= 34 ? value : value[..31] + "...";
}
