namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>What an estimated stun time rests on.</summary>
public enum StunSource
{
    /// <summary>The estimates of the host's driver for just this bandwidth.</summary>
    Driver,

    /// <summary>The estimates of the host's driver for other bandwidths.</summary>
    DriverInterpolated,

    /// <summary>The size of the vGPU's state, as the VM's configuration tells it, over the bandwidth.</summary>
    MigrationSize,

    /// <summary>The whole frame buffer over the bandwidth: the most that has to be transferred.</summary>
    FrameBuffer,
}
