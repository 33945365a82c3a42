using System.Collections.Generic;
using System.Management.Automation;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Binding;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Installs FlexDirect in VMs.</summary>
[Cmdlet(VerbsLifecycle.Install, "FlexDirect", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = SourceSet)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan), typeof(Job))]
public sealed class InstallFlexDirectCommand : FlexDirectChangeCmdlet
{
    private const string SourceSet = "Source";
    private const string PathSet = "Path";

    private string? _path;

    /// <summary>The address that the guest fetches the installer from: getflex.bitfusion.io unless told otherwise. A name that ends in .deb or .rpm is a package.</summary>
    [Parameter(ParameterSetName = SourceSet)]
    [ValidateNotNullOrEmpty]
    public string Source { get; set; } = InstallWish.UsualSource;

    /// <summary>A file of this machine that is uploaded, for guests without internet: the installer script, or a .deb or .rpm package.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The SHA-256 checksum of the installer. One that has another is not run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Sha256 { get; set; }

    /// <summary>Installs also where FlexDirect is there already.</summary>
    [Parameter]
    public SwitchParameter Reinstall { get; set; }

    internal override void Wish()
    {
        _path = Path is null ? null : LocalPaths.One(this, Path, "FileNotFound", "Give the installer as a file of this machine.");
        base.Wish();
    }

    internal override ChangeIntent IntentFor(IReadOnlyList<PlanTarget> vms) => FlexDirectIntents.Install(
        vms, new InstallWish { Source = Source, Path = _path, Sha256 = Sha256, Reinstall = Reinstall }, Options);
}
