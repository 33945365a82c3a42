using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Installs NVIDIA's driver in the guests of VMs, or replaces the one that is there.</summary>
[Cmdlet(VerbsLifecycle.Install, "NvidiaGuestDriver", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan), typeof(Job))]
public sealed class InstallNvidiaGuestDriverCommand : GuestChangeCmdlet
{
    private string _path = string.Empty;

    /// <summary>
    /// The driver: a file of this machine under the name that NVIDIA gives it, a .run, .deb or .rpm for Linux, an .exe for Windows. It is uploaded, and
    /// removed afterwards. A VM with a vGPU takes the GRID driver of a release that its host's vGPU manager accepts, one with a whole GPU the stock driver.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Accepts NVIDIA's licence for the driver. Without it nothing is installed.</summary>
    [Parameter]
    public SwitchParameter AcceptEula { get; set; }

    /// <summary>Upgrades all packages of Linux guests first.</summary>
    [Parameter]
    public SwitchParameter UpgradePackages { get; set; }

    /// <summary>Ends the programs that use a GPU. Without it a guest with such programs is refused, and they are named.</summary>
    [Parameter]
    public SwitchParameter StopGpuProcess { get; set; }

    /// <summary>Restarts guests where the driver needs it: before, when nouveau is loaded and in use; after, when another driver is. Without it what is pending is said.</summary>
    [Parameter]
    public SwitchParameter Reboot { get; set; }

    /// <summary>Minutes that a guest may take to come back from a restart: 10 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 1440)]
    public int RebootTimeoutMinutes { get; set; } = 10;

    /// <summary>How many guests are changed at the same time: 8 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int MaxParallel { get; set; } = 8;

    internal override bool IsDisruptive => Reboot;

    internal override GuestChangeOptions Options => base.Options with { Reboot = Reboot, RebootTimeout = TimeSpan.FromMinutes(RebootTimeoutMinutes), MaxParallel = MaxParallel };

    internal override bool PrepareTargets()
    {
        if (!base.PrepareTargets())
        {
            return false;
        }

        // Looked for now: one error for all guests, before any server is asked.
        _path = LocalPaths.One(this, Path!, "PackageNotFound", "Give a file of this machine.", "SeveralPackages");
        return true;
    }

    internal override Task<ChangeIntent?> IntentAsync(IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken) =>
        Task.FromResult<ChangeIntent?>(GuestDriverIntents.Install(vms.Select(TargetOf), _path, AcceptEula, UpgradePackages, StopGpuProcess, Options));
}
