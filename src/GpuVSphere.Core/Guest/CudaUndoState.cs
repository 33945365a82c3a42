using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>What was read of a guest from which CUDA is to be taken again.</summary>
internal sealed record CudaUndoState
{
    /// <summary>Linux or Windows.</summary>
    public GuestFamily Family { get; init; }

    /// <summary>The toolkit in the folder of the one that was installed; null where there is none.</summary>
    public CudaVersion? Toolkit { get; init; }

    /// <summary>The program in its folder that removes it; null where there is none.</summary>
    public string? Uninstaller { get; init; }

    /// <summary>Whether the folder of the samples is there.</summary>
    public bool HasSamples { get; init; }

    /// <summary>Where /usr/local/cuda points to, one step; null where it is no link.</summary>
    public string? Link { get; init; }

    /// <summary>Where /usr/local/cuda leads in the end; null where it is not there.</summary>
    public string? LinkEnd { get; init; }

    /// <summary>Which of the packages that came are there.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Which of the files that the change copied are there.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Docker's settings; null where there are none.</summary>
    public string? DockerSettings { get; init; }
}
