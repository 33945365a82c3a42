using System.Collections.Generic;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Smi;

namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>A host with what decides whether it can be emptied, and what it takes from others.</summary>
internal sealed record MaintenanceHost
{
    public required VgpuHost Vgpu { get; init; }

    public required HostCapacity Capacity { get; init; }

    /// <summary>Every VM on it.</summary>
    public IReadOnlyList<GpuVm> Vms { get; init; } = [];

    /// <summary>What lets VMs with vGPUs move, and DRS move them; null on a host that is connected to directly.</summary>
    public MigrationEvidence? Migration { get; init; }

    /// <summary>NVIDIA's driver on it; null when it could not be read or was not asked for.</summary>
    public string? Driver { get; init; }

    /// <summary>What nvidia-smi said of its GPUs; empty when nobody asked.</summary>
    public IReadOnlyList<NvidiaSmiGpu> Told { get; init; } = [];

    public GpuHost Host => Vgpu.Host;
}
