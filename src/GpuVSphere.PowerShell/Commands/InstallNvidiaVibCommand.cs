using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Installs NVIDIA's driver for vGPU or AI Enterprise on hosts, and its management daemon, or upgrades them.</summary>
[Cmdlet(VerbsLifecycle.Install, "NvidiaVib", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NvidiaVibResult), typeof(ChangePlan), typeof(Job))]
public sealed class InstallNvidiaVibCommand : NvidiaVibCmdlet
{
    private const string NextStep = "Give a file of this machine, a path on a datastore such as '[datastore] folder/file', or a URL that the hosts can reach.";

    private string[] _sources = [];

    /// <summary>
    /// The packages, VIBs, offline bundles or components: files of this machine, which are uploaded to a datastore first; paths on a datastore,
    /// [datastore] folder/file or /vmfs/volumes/datastore/folder/file; or URLs that the hosts can reach. The first argument where hosts come by -Cluster or
    /// from the pipeline, else the second.
    /// </summary>
    [Parameter(Position = 1)]
    [Alias("Url", "Uri", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>
    /// The datastore that files of this machine are uploaded to, by name. Without it the one that most of the hosts share, and of those the one
    /// with most room. The file is removed afterwards.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Datastore { get; set; }

    /// <summary>
    /// Sets the host's default graphics type and all of its GPUs to Shared Direct in the same change, with the same reboot. Without it a host that
    /// is still Shared is refused.
    /// </summary>
    [Parameter]
    public SwitchParameter SetGraphicsMode { get; set; }

    internal override void Begin()
    {
        base.Begin();

        // The first argument is bound to -VMHost. Where no path was given and hosts come from elsewhere, it is the path.
        if (Path is null && VMHost is { } first && (Cluster is not null || MyInvocation.ExpectingInput) && first.All(one => one is { WrongType: null, Server: null, Name: not null }))
        {
            Path = [.. first.Select(one => one.Name!)];
            VMHost = null;
        }
    }

    internal override bool PrepareTargets()
    {
        if (!base.PrepareTargets())
        {
            return false;
        }

        if (Path is null)
        {
            throw new GpuVSphereException("NothingNamed", GpuErrorCategory.InvalidArgument, "No package was named that is to be installed.", null, NextStep);
        }

        _sources = [.. Path.SelectMany(Resolve).Distinct(StringComparer.Ordinal)];
        return true;
    }

    internal override IGpuOperation Operation(IReadOnlyList<HostMeant> hosts, OperationContext context) => GpuOperations.Create(
        NvidiaVibIntents.Install(hosts.Select(host => host.Host), _sources, SetGraphicsMode, Datastore, Options), context);

    // A file of this machine is looked for now: one error for all hosts, before any server is asked.
    private IEnumerable<string> Resolve(string typed) => NvidiaVibIntents.IsRemote(typed)
        ? [typed.Trim()]
        : LocalPaths.All(this, typed, "PackageNotFound", NextStep).Select(NvidiaPackages.RequireFile);
}
