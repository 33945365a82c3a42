using System.Collections.Generic;

namespace GpuVSphere.Readiness;

/// <summary>What is to be installed on a host or removed from it, and what was read of the host for it.</summary>
public sealed record SoftwareQuestion
{
    /// <summary>The packages that would be installed; those that are there already are left out.</summary>
    public IReadOnlyList<SoftwarePackage> Packages { get; init; } = [];

    /// <summary>The host's acceptance level, as esxcli names it.</summary>
    public Evidence<string> HostAcceptance { get; init; } = Evidence<string>.Unknown("it was not asked for");

    /// <summary>Whether the cluster is managed by an image.</summary>
    public Evidence<bool> IsImageManaged { get; init; } = Evidence<bool>.Unknown("it was not asked for");

    /// <summary>What is free where the host keeps its software, in bytes.</summary>
    public Evidence<long> FreeBytes { get; init; } = Evidence<long>.Unknown("it was not asked for");

    /// <summary>The names of drivers of NVIDIA's that are there and that no package has a VIB of.</summary>
    public IReadOnlyList<string> OtherDrivers { get; init; } = [];

    /// <summary>The VIBs of which the packages bring more than one version, each as its name and versions.</summary>
    internal IReadOnlyList<string> GivenTwice { get; init; } = [];

    /// <summary>Whether the host is without NVIDIA's driver afterwards.</summary>
    public bool RemovesDriver { get; init; }

    /// <summary>The GPUs that stay Shared, by address: with a driver first they could not be switched in the client.</summary>
    public IReadOnlyList<string> SharedGpus { get; init; } = [];
}
