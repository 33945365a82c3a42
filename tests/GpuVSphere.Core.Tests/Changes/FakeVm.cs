using System;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

/// <summary>A VM of a <see cref="FakeHost"/>.</summary>
internal sealed class FakeVm(string name)
{
    public string Name { get; } = name;

    public VimObjectId Id { get; } = new(FakeHost.Server, new ManagedObjectReference("VirtualMachine", "vm-" + name));

    public bool IsRunning { get; set; } = true;

    public bool HasTools { get; set; } = true;

    public bool HoldsDevice { get; set; }

    /// <summary>How long the guest takes to shut down; longer than anybody waits when null.</summary>
    public TimeSpan? ShutdownTime { get; set; } = TimeSpan.FromSeconds(20);

    public DateTimeOffset? OffAt { get; set; }

    public bool RefusesToStart { get; set; }

    public GpuVm Read(ManagedObjectReference host) => new()
    {
        Id = Id,
        Name = Name,
        ServerName = "vc",
        Host = host,
        PowerState = IsRunning ? "poweredOn" : "poweredOff",
        IsToolsRunning = IsRunning && HasTools,
        PciDevices = HoldsDevice ? [new VmGpu { VmId = Id, VmName = Name, ServerName = "vc", Key = 13000, Kind = VmGpuKind.StaticPassthrough }] : [],
    };
}
