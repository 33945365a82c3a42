using System.Collections.Generic;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>One VM with all that was read about it and its host: what a plan is made from.</summary>
internal record VmSituation
{
    public required PlanTarget Target { get; init; }

    public required GpuVm Vm { get; init; }

    /// <summary>The host where it is registered; null when that could not be read.</summary>
    public GpuHost? Host { get; init; }

    /// <summary>The VMs of the same server that were read.</summary>
    public IReadOnlyList<GpuVm> OtherVms { get; init; } = [];

    /// <summary>What the host offers to the VM; null when it was not asked.</summary>
    public ConfigTarget? Offers { get; init; }

    /// <summary>Why the host's offers could not be read; null when they could or were not asked for.</summary>
    public GpuVSphereException? WhyNoOffers { get; init; }

    public IReadOnlyList<GpuDevice> HostDevices => Host?.Devices ?? [];
}
