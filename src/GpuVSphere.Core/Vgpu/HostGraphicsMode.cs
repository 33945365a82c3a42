using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>What a host uses its GPUs for: its default, the policy, and each GPU.</summary>
public sealed record HostGraphicsMode
{
    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>ESXi version, such as <c>6.7.0</c>.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>The type of GPUs that have none of their own; null when the host does not say.</summary>
    public GraphicsType? DefaultGraphicsType { get; init; }

    /// <summary>How vGPUs are spread over GPUs; null when the host does not say.</summary>
    public AssignmentPolicy? AssignmentPolicy { get; init; }

    /// <summary>The GPUs, by address.</summary>
    public IReadOnlyList<GpuGraphicsMode> Gpus { get; init; } = [];

    /// <summary>Whether NVIDIA's driver serves a GPU of the host.</summary>
    public bool HasDriver { get; init; }

    /// <summary>Whether something that is configured waits to come into force.</summary>
    public bool IsPending => Gpus.Any(gpu => gpu.IsPending);

    /// <summary>What is pending and how it comes into force; null when nothing is.</summary>
    public string? Pending { get; init; }
}
