using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change GPUs of hosts.</summary>
public abstract class HostChangeCmdlet : HostCmdlet
{
    /// <summary>All GPUs of the hosts that are named. Without it the GPUs must be named with -Device or come from the pipeline.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>Ids of rules that shall not keep the change from being made, as the refusal names them. It is recorded.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] SkipRule { get; set; } = [];

    /// <summary>Gives the plan as an object for Invoke-GpuPlan, and changes nothing.</summary>
    [Parameter]
    public SwitchParameter AsPlan { get; set; }

    /// <summary>Gives the GPUs as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The login that goes on after a reboot, where a host is connected to directly with a PowerCLI session.</summary>
    internal virtual PSCredential? HostLogin => null;

    /// <summary>The login at the hosts' shells, where the change needs them; null for the user's own OpenSSH configuration.</summary>
    internal virtual PSCredential? ShellLogin => null;

    /// <summary>Whether the change goes on in a job.</summary>
    internal virtual bool RunsAsJob => false;

    internal abstract HostChangeOptions Options { get; }

    internal abstract ChangeIntent Intent(IReadOnlyList<GpuDevice> devices);

    internal sealed override bool PrepareTargets()
    {
        if (Groups.Count == 0)
        {
            return MyInvocation.ExpectingInput || HasFailed ? false : throw Unnamed("Nothing was named that is to be changed.");
        }

        if (!All && Groups.Any(group => group.Devices.Count == 0))
        {
            throw Unnamed("Hosts were named, but not which of their GPUs.");
        }

        return Groups.Any(group => group.Hosts.Count > 0 || group.Devices.Any(device => device.Host is not null))
            ? true
            : throw Unnamed("GPUs were named, but not of which host.");
    }

    internal sealed override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<(GpuHost Host, GpuDevice Device)> targets = await DeviceTargets.ReadAsync(reader, Groups, relay, cancellationToken, requires: true).ConfigureAwait(false);
        if (targets.Count == 0)
        {
            return;
        }

        HostChangeOptions options = Options;
        IReadOnlyList<GpuConnection> connections = reader.Connections;
        OperationContext context = ChangeContext.Of(
            connections, options.Reboot && !AsPlan ? await Reconnection.PrepareAsync(connections, HostLogin, relay).ConfigureAwait(false) : null, ShellLogin, relay);
        ChangeRunner runner = new(relay)
        {
            AsPlan = AsPlan,
            AsJob = RunsAsJob,
            IsDisruptive = options.Reboot || options.PowerOff,
            Afterwards = options.Reboot ? token => Reconnection.RenewAsync(connections, relay, token) : null,
        };
        IReadOnlyList<ChangeResult> results = await runner.RunAsync(
            GpuOperations.Create(Intent([.. targets.Select(target => target.Device)]), context), cancellationToken).ConfigureAwait(false);
        if (PassThru && results.Count > 0)
        {
            reader.Forget();
            HashSet<Vim.VimObjectId> changed = [.. results.Where(result => result.Outcome is not (ChangeOutcome.Blocked or ChangeOutcome.Failed)).Select(result => result.Target.Id)];
            IReadOnlyList<(GpuHost Host, GpuDevice Device)> now = await DeviceTargets.ReadAsync(reader, Groups, relay, cancellationToken).ConfigureAwait(false);
            await ShowAsync([.. now.Where(one => changed.Contains(one.Device.HostId))], context, relay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the GPUs as they are afterwards, for -PassThru.</summary>
    internal virtual Task ShowAsync(
        IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach ((GpuHost _, GpuDevice device) in devices)
        {
            relay.Output(device);
        }

        return Task.CompletedTask;
    }

    private static GpuVSphereException Unnamed(string message) => new(
        "NothingNamed",
        GpuErrorCategory.InvalidArgument,
        message,
        null,
        "Name the host with -VMHost and its GPUs with -Device (Get-GpuDevice lists them), or say -All for every GPU of the hosts that are named.");
}
