namespace GpuVSphere.Catalog;

/// <summary>What the name of one of NVIDIA's packages for ESXi says.</summary>
public sealed record VgpuPackage
{
    /// <summary>The name, without a path.</summary>
    public required string Name { get; init; }

    /// <summary>Which package it is.</summary>
    public required VgpuPackageFlavour Flavour { get; init; }

    /// <summary>Whether it is a driver, and not the management daemon.</summary>
    internal bool IsDriver => Flavour != VgpuPackageFlavour.ManagementDaemon;

    /// <summary>In which form it comes.</summary>
    public required VgpuPackageForm Form { get; init; }

    /// <summary>The version of the driver, or of the daemon; null when the name does not say.</summary>
    public DriverVersion? Driver { get; init; }

    /// <summary>The ESXi version it is made for, such as <c>6.7</c> or <c>7.0</c>; null when the name does not say (the daemon's does not).</summary>
    public string? EsxiVersion { get; init; }

    /// <summary>The least ESXi that it says it needs, such as <c>702.0.0.17630552</c> (7.0 U2); null when the name does not say.</summary>
    public string? Base { get; init; }

    /// <summary>The vGPU releases that the driver belongs to; null for the daemon, whose version can lag behind the driver's.</summary>
    public VgpuDriverMatch? Releases { get; init; }
}
