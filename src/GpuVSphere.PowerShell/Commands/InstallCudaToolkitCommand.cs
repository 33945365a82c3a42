using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Installs the CUDA toolkit in guests, without its driver, or gives the containers of Linux guests the GPU; and proves that it works.</summary>
[Cmdlet(VerbsLifecycle.Install, "CudaToolkit", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = FileSet)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan), typeof(Job))]
public sealed class InstallCudaToolkitCommand : GuestChangeCmdlet
{
    private const string FileSet = "File";
    private const string RepositorySet = "Repository";
    private const string ContainerSet = "Container";

    private const string NotFound = "CudaFileNotFound";
    private const string NextStep = "Give a file of this machine.";

    private string? _path;
    private IReadOnlyList<string> _patches = [];

    /// <summary>NVIDIA's run-file (cuda_9.1.85_387.26_linux), a .deb or .rpm that brings its repository (cuda-repo-...-local...), or for Windows guests its setup (cuda_12.4.1_551.78_windows.exe): on this machine, under the name that it was downloaded by.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = FileSet)]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The patches of the toolkit (cuda_9.1.85.1_linux, cuda_9.1.85.1_windows.exe), with wildcards, in any order: they are applied in theirs.</summary>
    [Parameter(ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Patch { get; set; }

    /// <summary>The folder in the guest for the samples: /usr/local/src unless told otherwise. Toolkits from 11.6 on have none. A setup for Windows puts deviceQuery and vectorAdd into its own folder.</summary>
    [Parameter(ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    public string SamplesPath { get; set; } = CudaToolkitIntents.DefaultSamplesFolder;

    /// <summary>Leaves the samples out, and deviceQuery and vectorAdd with them.</summary>
    [Parameter(ParameterSetName = FileSet)]
    public SwitchParameter NoSamples { get; set; }

    /// <summary>The parts that a setup for Windows is to install, such as nvcc and cudart, in place of those that are known of the toolkit. Its driver is none of them.</summary>
    [Parameter(ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Subpackage { get; set; }

    /// <summary>Has the run-file go on with a compiler of the guest that the toolkit does not know. For Linux guests.</summary>
    [Parameter(ParameterSetName = FileSet)]
    public SwitchParameter OverrideCompilerCheck { get; set; }

    /// <summary>The toolkit that the guests' own repositories are to bring, such as 12.4.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RepositorySet)]
    [Alias("Version")]
    [ArgumentCompleter(typeof(CudaToolkitCompleter))]
    [VersionText]
    [ValidateNotNullOrEmpty]
    public string? ToolkitVersion { get; set; }

    /// <summary>Gives the containers of the guests the GPU: Docker with NVIDIA's runtime, checked by running nvidia-smi in a container. The toolkit is in the images then.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ContainerSet)]
    public SwitchParameter Container { get; set; }

    /// <summary>The image that nvidia-smi is run in: ubuntu unless told otherwise. One that is not in the guest is downloaded there.</summary>
    [Parameter(ParameterSetName = ContainerSet)]
    [ValidateNotNullOrEmpty]
    public string Image { get; set; } = CudaToolkitIntents.DefaultImage;

    /// <summary>Leaves /usr/local/cuda, on Windows CUDA_PATH, as it is; otherwise it leads to this toolkit.</summary>
    [Parameter(ParameterSetName = FileSet)]
    [Parameter(ParameterSetName = RepositorySet)]
    public SwitchParameter NoSymbolicLink { get; set; }

    /// <summary>Accepts NVIDIA's licence for CUDA (docs.nvidia.com/cuda/eula). Without it nothing is installed.</summary>
    [Parameter(ParameterSetName = FileSet)]
    [Parameter(ParameterSetName = RepositorySet)]
    public SwitchParameter AcceptEula { get; set; }

    internal override bool PrepareTargets()
    {
        // Before any server is asked: a file that is not there, a patch of another toolkit.
        _path = Path is null ? null : LocalPaths.One(this, Path, NotFound, NextStep);
        _patches = [.. (Patch ?? []).SelectMany(patch => LocalPaths.All(this, patch, NotFound, NextStep)).Distinct(StringComparer.Ordinal)];
        _ = Intent([]);
        return base.PrepareTargets();
    }

    internal override Task<ChangeIntent?> IntentAsync(IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken) =>
        Task.FromResult<ChangeIntent?>(Intent([.. vms.Select(TargetOf)]));

    private ChangeIntent Intent(IReadOnlyList<PlanTarget> vms) =>
        _path is { } path ? CudaToolkitIntents.FromFile(vms, path, _patches, NoSamples ? null : SamplesPath, !NoSymbolicLink, OverrideCompilerCheck, AcceptEula, Options, Subpackage)
        : ToolkitVersion is { } version ? CudaToolkitIntents.FromRepository(vms, version, !NoSymbolicLink, AcceptEula, Options)
        : CudaToolkitIntents.Containers(vms, Image, Options);
}
