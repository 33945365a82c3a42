using System.Collections.Generic;
using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>What is to be done in a guest for CUDA.</summary>
internal sealed record CudaPlan
{
    /// <summary>The rows: property, before, after.</summary>
    public IReadOnlyList<(string Property, string? Before, string? After)> Rows { get; init; } = [];

    /// <summary>What speaks against it.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>What it means, in words.</summary>
    public IReadOnlyList<string> Consequences { get; init; } = [];

    /// <summary>Whether the run-file or the setup is run, or the package installed.</summary>
    public bool Installs { get; init; }

    /// <summary>Whether the run-file installs the toolkit; else its samples alone.</summary>
    public bool InstallsToolkit { get; init; }

    /// <summary>Whether the installer puts the samples into their folder.</summary>
    public bool InstallsSamples { get; init; }

    /// <summary>The patches that are applied, by their files on this machine, in order.</summary>
    public IReadOnlyList<string> Patches { get; init; } = [];

    /// <summary>The parts that the setup for Windows is given, without their version.</summary>
    public IReadOnlyList<string> Subpackages { get; init; } = [];

    /// <summary>Whether /usr/local/cuda is set; on Windows CUDA_PATH.</summary>
    public bool Links { get; init; }

    /// <summary>The packages that are installed.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Whether the runtime nvidia is made known to docker.</summary>
    public bool ConfiguresRuntime { get; init; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Rows.Count == 0;
}
