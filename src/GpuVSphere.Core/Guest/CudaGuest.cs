using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>What was read of CUDA in a guest.</summary>
internal sealed record CudaGuest
{
    /// <summary>Linux or Windows.</summary>
    public GuestFamily Family { get; init; }

    /// <summary>The driver; null where there is none, or it does not answer.</summary>
    public DriverVersion? Driver { get; init; }

    /// <summary>Why the driver could not be asked; null when it was.</summary>
    public GpuVSphereException? DriverTrouble { get; init; }

    /// <summary>The distribution, such as <c>ubuntu</c>, and its version: what NVIDIA's packages are named after.</summary>
    public string Distribution { get; init; } = string.Empty;

    /// <summary>apt, dnf, yum or zypper; null where none is known.</summary>
    public string? PackageManager { get; init; }

    /// <summary>The toolkits under /usr/local, as their nvcc says; of a Windows guest that of the wanted minor version alone.</summary>
    public IReadOnlyList<CudaVersion> Toolkits { get; init; } = [];

    /// <summary>The numbers of the patches in the wanted toolkit; of toolkits before 11, whose version.txt lists them.</summary>
    public IReadOnlyList<int> Patches { get; init; } = [];

    /// <summary>Where /usr/local/cuda leads, or CUDA_PATH of a Windows guest; null where it is not there.</summary>
    public string? Link { get; init; }

    /// <summary>Whether the samples of the wanted toolkit are in the wanted folder.</summary>
    public bool HasSamples { get; init; }

    /// <summary>The paths of deviceQuery and vectorAdd as programs, in the wanted toolkit of a Windows guest.</summary>
    public IReadOnlyList<string> Demos { get; init; } = [];

    /// <summary>Whether there is a C compiler with make: the samples are built with it.</summary>
    public bool HasCompiler { get; init; }

    /// <summary>The version of the toolkit's package that the guest's repositories have; null where they have none.</summary>
    public string? PackageOffered { get; init; }

    /// <summary>The packages of Docker and of NVIDIA's runtime that the guest's repositories have.</summary>
    public IReadOnlyList<string> ContainerPackages { get; init; } = [];

    /// <summary>Whether docker answers.</summary>
    public bool HasDocker { get; init; }

    /// <summary>Whether NVIDIA's container toolkit is there.</summary>
    public bool HasContainerToolkit { get; init; }

    /// <summary>Whether docker knows the runtime nvidia.</summary>
    public bool HasRuntime { get; init; }

    /// <summary>Whether nvidia-smi answered in a container of the image, which was there already.</summary>
    public bool ContainerAnswers { get; init; }

    /// <summary>The toolkit of a minor version that is there.</summary>
    public CudaVersion? Installed(CudaVersion wanted) => Toolkits.Where(toolkit => toolkit.IsMinorOf(wanted)).OrderBy(toolkit => toolkit).LastOrDefault();
}
