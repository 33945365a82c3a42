using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change a host as a whole: its graphics, its driver, its scheduler.</summary>
public abstract class HostSettingCmdlet : HostCmdlet
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

    /// <summary>Performs the change in a job of this session, after it was planned and confirmed.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Ids of rules that shall not keep the change from being made, as the refusal names them. It is recorded.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] SkipRule { get; set; } = [];

    /// <summary>Gives the plan as an object for Invoke-GpuPlan, and changes nothing.</summary>
    [Parameter]
    public SwitchParameter AsPlan { get; set; }

    /// <summary>Gives what became of each host.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The login at the hosts' shells, where the change needs them; null for the user's own OpenSSH configuration.</summary>
    internal virtual PSCredential? ShellLogin => null;

    internal HostChangeOptions Options => new()
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

    internal override bool PrepareTargets() =>
        Groups.Count > 0 ? true
        : MyInvocation.ExpectingInput || HasFailed ? false
        : throw new GpuVSphereException(
            "NothingNamed",
            GpuErrorCategory.InvalidArgument,
            "No host was named that is to be changed.",
            null,
            "Name it with -VMHost, or pipe hosts in; Get-GpuDevice lists the hosts that have GPUs.");

    internal sealed override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<HostMeant> hosts = await ReadAsync(reader, relay, cancellationToken).ConfigureAwait(false);
        if (hosts.Count == 0)
        {
            return;
        }

        HostChangeOptions options = Options;
        IReadOnlyList<GpuConnection> connections = reader.Connections;
        OperationContext context = ChangeContext.Of(
            connections, options.Reboot && !AsPlan ? await Reconnection.PrepareAsync(connections, Credential, relay).ConfigureAwait(false) : null, ShellLogin, relay);
        ChangeRunner runner = new(relay)
        {
            AsPlan = AsPlan,
            AsJob = AsJob,
            IsDisruptive = options.Reboot || options.PowerOff,
            Afterwards = options.Reboot ? token => Reconnection.RenewAsync(connections, relay, token) : null,
        };
        IGpuOperation operation = Operation(hosts, context);
        IReadOnlyList<ChangeResult> results = await runner.RunAsync(operation, cancellationToken).ConfigureAwait(false);
        if (PassThru && results.Count > 0)
        {
            reader.Forget();
            await ShowAsync(operation, results, await ReadAsync(reader, relay, cancellationToken).ConfigureAwait(false), context, relay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The operation that makes what was asked for.</summary>
    internal abstract IGpuOperation Operation(IReadOnlyList<HostMeant> hosts, OperationContext context);

    /// <summary>Gives, with -PassThru, what became of the hosts.</summary>
    internal abstract Task ShowAsync(
        IGpuOperation operation, IReadOnlyList<ChangeResult> results, IReadOnlyList<HostMeant> hosts, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken);

    private async Task<IReadOnlyList<HostMeant>> ReadAsync(TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<HostMeant> meant = [];
        foreach (TargetGroup group in Groups)
        {
            foreach (HostMeant read in await HostsMeant.ReadAsync(reader, group, relay, cancellationToken).ConfigureAwait(false))
            {
                HostMeant host = group.Vibs.Count > 0 ? read with { Vibs = group.Vibs } : read;
                int known = meant.FindIndex(earlier => earlier.Host.Id == host.Host.Id);
                if (known < 0)
                {
                    meant.Add(host);
                }
                else
                {
                    meant[known] = meant[known] with
                    {
                        Devices = meant[known].Devices is { } some && host.Devices is { } more ? [.. some.Union(more)] : null,
                        Vibs = meant[known].Vibs is { } one && host.Vibs is { } other ? [.. one.Union(other, StringComparer.OrdinalIgnoreCase)] : null,
                    };
                }
            }
        }

        return meant;
    }
}
