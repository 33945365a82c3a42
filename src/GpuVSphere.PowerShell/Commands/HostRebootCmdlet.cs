using System;
using System.Management.Automation;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets whose change of a host may take a reboot: what may be done so that it takes effect.</summary>
public abstract class HostRebootCmdlet : HostPlanCmdlet
{
    /// <summary>
    /// Brings the change into force where that takes a reboot: maintenance mode, one reboot of the host, and out again. Without it the change is
    /// staged where that can be done, and what is pending is said.
    /// </summary>
    [Parameter]
    public SwitchParameter Reboot { get; set; }

    /// <summary>With -Reboot: shuts down, through their guests, the running VMs that cannot be moved away, and starts them again afterwards.</summary>
    [Parameter]
    public SwitchParameter PowerOff { get; set; }

    /// <summary>With -PowerOff: powers a VM off hard when its guest cannot be asked or does not shut down in time.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What vSAN does with the host's data for maintenance mode.</summary>
    [Parameter]
    public VsanDecommissionMode VsanMode { get; set; } = VsanDecommissionMode.EnsureObjectAccessibility;

    /// <summary>Minutes that a host may take to come back: 30 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 1440)]
    public int RebootTimeoutMinutes { get; set; } = 30;

    /// <summary>Minutes that entering maintenance mode may take, moving VMs away included: 30 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 10080)]
    public int MaintenanceTimeoutMinutes { get; set; } = 30;

    /// <summary>Minutes that the guests may take to shut down: 10 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 1440)]
    public int ShutdownTimeoutMinutes { get; set; } = 10;

    /// <summary>How many hosts of one cluster may be down at a time: 1 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int MaxDownPerCluster { get; set; } = 1;

    /// <summary>The host's login, to go on after its reboot when it is connected to directly with a PowerCLI session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>
    /// Performs the change in a job of this session, after it was planned and confirmed. Receive-Job gives what became of each host;
    /// Stop-Job starts nothing new, and the journal can resume it.
    /// </summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    internal sealed override bool RunsAsJob => AsJob;

    internal sealed override PSCredential? HostLogin => Credential;

    internal sealed override HostChangeOptions Options => new()
    {
        Reboot = Reboot,
        PowerOff = PowerOff,
        Force = Force,
        VsanMode = VsanMode,
        RebootTimeout = TimeSpan.FromMinutes(RebootTimeoutMinutes),
        MaintenanceTimeout = TimeSpan.FromMinutes(MaintenanceTimeoutMinutes),
        ShutdownTimeout = TimeSpan.FromMinutes(ShutdownTimeoutMinutes),
        MaxDownPerCluster = MaxDownPerCluster,
        SkipRules = SkipRule,
    };
}
