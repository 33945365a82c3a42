using System.Collections.Generic;

namespace GpuVSphere.Readiness;

/// <summary>What a VM is to have of vGPUs, with what the host and its cluster say to it: all that a rule may look at.</summary>
public sealed record VgpuQuestion
{
    /// <summary>The profiles that the VM gets by the change.</summary>
    public IReadOnlyList<VgpuWish> Wishes { get; init; } = [];

    /// <summary>Every vGPU that the VM will have, by profile; one profile may be there several times.</summary>
    public IReadOnlyList<VgpuWish> After { get; init; } = [];

    /// <summary>Whether all of them start on the VM's host now: true for certain, false for certain not, null when it is not certain.</summary>
    public bool? HasRoom { get; init; }

    /// <summary>Why they do not, or why it is not certain, in a sentence; null when there is room.</summary>
    public string? WhyNoRoom { get; init; }

    /// <summary>Other hosts of the VM's cluster where all of them start now, or may.</summary>
    public IReadOnlyList<string> HostsWithRoom { get; init; } = [];

    /// <summary>The device groups that the VM gets.</summary>
    public IReadOnlyList<string> DeviceGroups { get; init; } = [];

    /// <summary>Passthrough devices that the VM will have beside its vGPUs.</summary>
    public int PassthroughDevices { get; init; }
}
