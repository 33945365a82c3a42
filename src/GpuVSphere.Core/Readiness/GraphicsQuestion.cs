namespace GpuVSphere.Readiness;

/// <summary>What is wanted of the graphics of a host, as far as rules judge it.</summary>
public sealed record GraphicsQuestion
{
    /// <summary>Whether devices are to serve vGPUs of mixed size.</summary>
    public bool WantsMixedSize { get; init; }

    /// <summary>Whether any vGPU mode is to be set.</summary>
    public bool WantsVgpuMode { get; init; }

    /// <summary>Whether the type of devices is to change, so that no VM may use them meanwhile.</summary>
    public bool ChangesType { get; init; }

    /// <summary>Whether the running VMs are dealt with by the reboot that was asked for.</summary>
    public bool IsRebooted { get; init; }

    /// <summary>Whether the devices were named one by one.</summary>
    public bool NamesDevices { get; init; }
}
