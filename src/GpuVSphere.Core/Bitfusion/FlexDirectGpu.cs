using GpuVSphere.Vim;

namespace GpuVSphere.Bitfusion;

/// <summary>A GPU that a VM can use through FlexDirect, as its program lists it. What could not be made out of the list is null.</summary>
public sealed record FlexDirectGpu
{
    /// <summary>The VM that was asked.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The name of the vSphere server, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The FlexDirect server that has the GPU, with its port.</summary>
    public string? ServerAddress { get; init; }

    /// <summary>The GPU's number on that server.</summary>
    public int? Index { get; init; }

    /// <summary>Its model.</summary>
    public string? Name { get; init; }

    /// <summary>Its memory in MiB.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>What of it nobody uses, in MiB.</summary>
    public int? FreeMemoryMB { get; init; }

    /// <summary>The version of NVIDIA's driver there, where it is said.</summary>
    public string? DriverVersion { get; init; }

    /// <summary>The line that it was read from, or the whole text when nothing could be made out.</summary>
    public required string Text { get; init; }
}
