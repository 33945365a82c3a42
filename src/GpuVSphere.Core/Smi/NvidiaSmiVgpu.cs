namespace GpuVSphere.Smi;

/// <summary>A vGPU that runs on a host.</summary>
public sealed record NvidiaSmiVgpu
{
    /// <summary>The driver's number for it.</summary>
    public required string Id { get; init; }

    /// <summary>The profile in the driver's spelling, such as <c>GRID T4-4Q</c>; vSphere calls it <c>grid_t4-4q</c>.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The profile's number; null when the form does not say.</summary>
    public string? TypeId { get; init; }

    /// <summary>The VM's number on the host.</summary>
    public string? VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public string? VmName { get; init; }

    /// <summary>The vGPU's own id.</summary>
    public string? Uuid { get; init; }

    /// <summary>The driver in the guest; null before it is loaded.</summary>
    public string? GuestDriverVersion { get; init; }

    /// <summary>Licensed or Unlicensed, with the expiry where there is one.</summary>
    public string? LicenseStatus { get; init; }

    /// <summary>Whether ECC is on in the vGPU.</summary>
    public bool? Ecc { get; init; }

    /// <summary>The MIG GPU instance that it is on; null without MIG.</summary>
    public int? GpuInstanceId { get; init; }

    /// <summary>Where it lies on the GPU in mixed-size mode (driver 550 and later).</summary>
    public int? PlacementId { get; init; }

    /// <summary>Frames per second that it is held to; null for no limit.</summary>
    public int? FrameRateLimit { get; init; }

    /// <summary>Frame buffer in MiB.</summary>
    public int? MemoryTotalMB { get; init; }

    /// <summary>Frame buffer in use, in MiB.</summary>
    public int? MemoryUsedMB { get; init; }

    /// <summary>How busy it was, 0 to 100.</summary>
    public int? UtilizationPercent { get; init; }
}
