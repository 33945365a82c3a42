namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>What a look ahead at maintenance mode assumes.</summary>
public sealed record MaintenanceOptions
{
    /// <summary>What is assumed of the vMotion network where nobody says: 10 Gbit/s.</summary>
    public const int DefaultBandwidthMbps = 10_000;

    /// <summary>The bandwidth of the vMotion network in Mbit/s, 1 or more.</summary>
    public int BandwidthMbps { get; init; } = DefaultBandwidthMbps;

    /// <summary>The longest stun in seconds that a VM may have; one that would have a longer one is to be powered off. Null for any.</summary>
    public int? MaxStunSeconds { get; init; }

    /// <summary>Whether the hosts are emptied at the same time, so that none of them takes VMs of another; else each on its own.</summary>
    public bool Together { get; init; }
}
