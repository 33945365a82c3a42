using System.Collections.Generic;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>What one object from the pipeline, or the command line, means together: these devices of these hosts, or for these VMs.</summary>
internal sealed record TargetGroup
{
    public IReadOnlyList<HostIdentity> Hosts { get; init; } = [];

    public IReadOnlyList<VmIdentity> Vms { get; init; } = [];

    public IReadOnlyList<DeviceIdentity> Devices { get; init; } = [];

    /// <summary>The vGPU profiles that go with it.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>The names of the VIBs that are meant; none for all of NVIDIA's.</summary>
    public IReadOnlyList<string> Vibs { get; init; } = [];

    /// <summary>The key of the VM's own device that was piped, or null.</summary>
    public int? VmDeviceKey { get; init; }
}
