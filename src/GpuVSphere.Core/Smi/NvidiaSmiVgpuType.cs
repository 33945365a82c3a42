using GpuVSphere.Inventory;

namespace GpuVSphere.Smi;

/// <summary>A vGPU type that a GPU supports, or that could be started on it now.</summary>
public sealed record NvidiaSmiVgpuType
{
    /// <summary>The GPU.</summary>
    public PciAddress? Address { get; init; }

    /// <summary>The driver's name for the type, such as <c>GRID M60-2Q</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its number; null in the short form.</summary>
    public string? TypeId { get; init; }

    /// <summary>How many fit on the GPU; null in the short form.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>Frame buffer in MiB; null in the short form.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>The licences that it takes, as the driver lists them; null in the short form.</summary>
    public string? License { get; init; }
}
