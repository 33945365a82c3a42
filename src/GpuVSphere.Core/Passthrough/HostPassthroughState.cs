using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Passthrough;

/// <summary>The passthrough properties of a host under the names that plans use.</summary>
internal static class HostPassthroughState
{
    public static string Configured(PciAddress address) => $"passthrough of {address}";

    public static string Active(PciAddress address) => $"passthrough of {address} in force";

    public static string Label(PciAddress address) => $"hardware label of {address}";

    public static string ConfiguredText(bool enabled) => enabled ? HostPassthroughOperation.Enabled : HostPassthroughOperation.Disabled;

    public static string ActiveText(bool active) => active ? "yes" : "no";

    /// <summary>All functions that take part, GPUs or not.</summary>
    public static IEnumerable<PciFunction> Functions(GpuHost host) => host.Functions.Concat(host.Devices
        .Where(device => host.Functions.All(function => function.Address != device.Address))
        .Select(device => new PciFunction
        {
            Address = device.Address,
            Name = device.Name,
            VendorId = device.VendorId,
            ClassId = device.ClassId,
            DependentDevice = device.DependentDevice,
            IsCapable = device.IsCapable,
            IsEnabled = device.IsEnabled,
            IsActive = device.IsActive,
        }));

    /// <summary>The functions that the host changes together with a device, without the device itself.</summary>
    public static IEnumerable<PciFunction> Followers(GpuHost host, PciAddress address)
    {
        PciAddress? shared = Functions(host).FirstOrDefault(function => function.Address == address)?.DependentDevice;
        return shared is null
            ? []
            : Functions(host).Where(function => function.Address != address && function.DependentDevice == shared).OrderBy(function => function.Address);
    }

    /// <summary>The present values of everything a plan may name.</summary>
    public static IReadOnlyDictionary<string, string?> Read(GpuHost host)
    {
        Dictionary<string, string?> values = new(StringComparer.Ordinal);
        foreach (PciFunction function in Functions(host))
        {
            values[Configured(function.Address)] = ConfiguredText(function.IsEnabled);
            values[Active(function.Address)] = ActiveText(function.IsActive);
        }

        foreach (GpuDevice device in host.Devices)
        {
            values[Label(device.Address)] = string.IsNullOrEmpty(device.Label) ? null : device.Label;
        }

        return values;
    }
}
