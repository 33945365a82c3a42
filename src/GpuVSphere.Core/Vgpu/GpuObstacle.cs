namespace GpuVSphere.Vgpu;

/// <summary>Why no more vGPUs of a profile start on a GPU.</summary>
public enum GpuObstacle
{
    /// <summary>Nothing: more can start.</summary>
    None,

    /// <summary>The host is not connected, or in maintenance mode.</summary>
    HostNotReady,

    /// <summary>The host does not offer the profile.</summary>
    NotOffered,

    /// <summary>The profile is another GPU's.</summary>
    OtherGpu,

    /// <summary>The GPU is in passthrough mode.</summary>
    Passthrough,

    /// <summary>The GPU has no NVIDIA host driver.</summary>
    NoDriver,

    /// <summary>The GPU is Shared (vSGA), not Shared Direct.</summary>
    NotSharedDirect,

    /// <summary>The profile is MIG-backed, and the GPU is not in MIG mode.</summary>
    MigOff,

    /// <summary>The profile is time-sliced, and the GPU is in MIG mode.</summary>
    MigOn,

    /// <summary>vGPUs of another size run on it (same-size mode).</summary>
    OtherSize,

    /// <summary>vGPUs of the same size and another profile run on it, which vSphere before 8.0 U1 does not mix.</summary>
    OtherSeries,

    /// <summary>The profile has no placement in mixed-size mode.</summary>
    NotInMixedSize,

    /// <summary>There is no room left.</summary>
    Full,

    /// <summary>It is not known what runs on it.</summary>
    NotKnown,
}
