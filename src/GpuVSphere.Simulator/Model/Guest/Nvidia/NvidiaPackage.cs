using System;
using System.Globalization;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>A guest driver.</summary>
/// <param name="Version">Such as <c>390.42</c>.</param>
/// <param name="IsGrid">Whether it is the one of the vGPU software.</param>
/// <param name="Form">run, deb, rpm or exe.</param>
internal sealed record NvidiaPackage(string Version, bool IsGrid, string Form)
{
    /// <summary>The branch, such as 390.</summary>
    public int Branch => int.Parse(Version.Split('.')[0], CultureInfo.InvariantCulture);

    /// <summary>The package's name within Linux' package managers, such as <c>nvidia-linux-grid-550</c>.</summary>
    public string PackageName => (IsGrid ? "nvidia-linux-grid-" : "nvidia-driver-") + Version.Split('.')[0];

    /// <summary>The CUDA version that nvidia-smi names, from 410 on; null before (facts/catalog/cuda-drivers.csv: the newest toolkit whose driver is not above).</summary>
    public string? Cuda => Branch switch
    {
        < 410 => null,
        < 418 => "10.0",
        < 440 => "10.1",
        < 450 => "10.2",
        < 455 => "11.0",
        < 465 => "11.2",
        < 495 => "11.4",
        < 515 => "11.6",
        < 530 => "12.0",
        < 545 => "12.2",
        < 560 => "12.4",
        < 575 => "12.8",
        _ => "13.0",
    };

    /// <summary>Whether this is another driver than one, by version or by kind.</summary>
    public bool Differs(NvidiaPackage? other) => other is null || !string.Equals(Version, other.Version, StringComparison.Ordinal) || IsGrid != other.IsGrid;
}
