using System.Collections.Generic;

namespace GpuVSphere.Smi;

/// <summary>What nvidia-smi says of a host, in whichever of its forms. What a form does not say is null or empty, never made up.</summary>
public sealed record NvidiaSmiReport
{
    /// <summary>When, as the host wrote it; null when the form does not say.</summary>
    public string? Timestamp { get; init; }

    /// <summary>The host driver, such as <c>535.161.05</c>; null when the form does not say.</summary>
    public string? DriverVersion { get; init; }

    /// <summary>The CUDA version; null where there is none, as with the vGPU manager.</summary>
    public string? CudaVersion { get; init; }

    /// <summary>The GPUs that the host's driver has, in its order. A GPU that is given to passthrough is not among them.</summary>
    public IReadOnlyList<NvidiaSmiGpu> Gpus { get; init; } = [];

    /// <summary>What was read, as it came.</summary>
    public required string Text { get; init; }
}
