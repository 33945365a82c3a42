using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What was given of guest drivers by hand.</summary>
public sealed record GuestDrivers
{
    /// <summary>The driver of the VMs whose names fit; the first that fits counts.</summary>
    public IReadOnlyList<KeyValuePair<Func<string, bool>, VgpuVersion>> ByName { get; init; } = [];

    /// <summary>The driver of every VM of which nothing else is known; null when none was given.</summary>
    public VgpuVersion? ForAll { get; init; }

    internal VgpuVersion? Of(GpuVm vm) => ByName.Where(entry => entry.Key(vm.Name)).Select(entry => entry.Value).FirstOrDefault();
}
