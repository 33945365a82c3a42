using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>What shall work together. What is not given is not judged.</summary>
public sealed record CompatibilityQuestion
{
    /// <summary>The manager; null when there is none.</summary>
    public VgpuVersion? Manager { get; init; }

    /// <summary>Why there is no manager, where one is needed; null else.</summary>
    public string? WhyNoManager { get; init; }

    /// <summary>What of the manager waits for a reboot; null when nothing does, or when the manager that runs was asked.</summary>
    public string? PendingManager { get; init; }

    /// <summary>The guest driver; null when it is not known.</summary>
    public VgpuVersion? Guest { get; init; }

    /// <summary>Why the guest driver is not known, where there is a guest; null else.</summary>
    public string? WhyNoGuest { get; init; }

    /// <summary>Whether nvidia-smi on the host was asked for it, and had no answer.</summary>
    public bool WasGuestAsked { get; init; }

    /// <summary>The ESXi version, such as <c>8.0.3</c> or <c>8.0 U3</c>.</summary>
    public string? EsxiVersion { get; init; }

    /// <summary>The GPUs.</summary>
    public IReadOnlyList<CompatibilityGpu> Gpus { get; init; } = [];

    /// <summary>The licence server.</summary>
    public LicenseServerKind? LicenseServer { get; init; }

    /// <summary>The host, where there is one.</summary>
    public VimObjectId? HostId { get; init; }

    /// <summary>The host's name.</summary>
    public string? HostName { get; init; }

    /// <summary>The VM, where there is one.</summary>
    public VimObjectId? VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public string? VmName { get; init; }

    /// <summary>The server's name.</summary>
    public string? ServerName { get; init; }

    /// <summary>The VM's profiles.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>All boards that the GPUs can be.</summary>
    internal IReadOnlyCollection<string> Boards => [.. Gpus.SelectMany(gpu => gpu.Boards).Distinct()];
}
