using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>The graphics mode of one GPU, as configured and as in force.</summary>
public sealed record GpuGraphicsMode
{
    /// <summary>Where it is on the host.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>The model by the catalogue, else the name the host gives it.</summary>
    public required string Model { get; init; }

    /// <summary>The type that is configured: Shared or SharedDirect; null for a GPU in passthrough, or when the host does not say.</summary>
    public GraphicsType? ConfiguredType { get; init; }

    /// <summary>The type in force, in the client's words: Basic (no driver on the host serves it), Shared, Direct (passthrough) or Shared Direct; empty when the host does not say.</summary>
    public string ActiveType { get; init; } = string.Empty;

    /// <summary>The vGPU mode that is configured; null before vSphere 8.0 U3.</summary>
    public VgpuMode? ConfiguredVgpuMode { get; init; }

    /// <summary>The vGPU mode in force: none, sameSize, mixedSize or multiInstanceGpu; empty before vSphere 8.0 U3.</summary>
    public string ActiveVgpuMode { get; init; } = string.Empty;

    /// <summary>Frame buffer in MB as the host's driver reports it; null without a driver.</summary>
    public long? MemoryMB { get; init; }

    /// <summary>The VMs that use it or are configured to.</summary>
    public IReadOnlyList<string> Vms { get; init; } = [];

    /// <summary>Whether what is configured is not in force. Without a driver nothing can be, and nothing waits.</summary>
    public bool IsPending { get; init; }

    /// <summary>Address and types in one line.</summary>
    public override string ToString() =>
        $"{Address} {ActiveType}{(IsPending ? $" ({ConfiguredType} configured)" : string.Empty)}";
}
