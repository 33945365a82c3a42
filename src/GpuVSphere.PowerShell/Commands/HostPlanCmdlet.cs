using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change hosts, or GPUs of hosts: a plan is made, confirmed and performed.</summary>
public abstract class HostPlanCmdlet : HostCmdlet
{
    /// <summary>Ids of rules that shall not keep the change from being made, as the refusal names them. It is recorded.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] SkipRule { get; set; } = [];

    /// <summary>Gives the plan as an object for Invoke-GpuPlan, and changes nothing.</summary>
    [Parameter]
    public SwitchParameter AsPlan { get; set; }

    /// <summary>Gives what was changed as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The login that goes on after a reboot, where a host is connected to directly with a PowerCLI session.</summary>
    internal virtual PSCredential? HostLogin => null;

    /// <summary>The login at the hosts' shells, where the change needs them; null for the user's own OpenSSH configuration.</summary>
    internal virtual PSCredential? ShellLogin => null;

    /// <summary>Whether the change goes on in a job.</summary>
    internal virtual bool RunsAsJob => false;

    internal abstract HostChangeOptions Options { get; }

    /// <summary>The hosts of results that were not left as they were by an error.</summary>
    internal static HashSet<VimObjectId> Changed(IReadOnlyList<ChangeResult> results) =>
        [.. results.Where(result => result.Outcome is not (ChangeOutcome.Blocked or ChangeOutcome.Failed)).Select(result => result.Target.Id)];

    /// <summary>Plans, asks and performs.</summary>
    /// <param name="reader">What the targets were read with.</param>
    /// <param name="make">Makes the operation.</param>
    /// <param name="show">Gives, with -PassThru, what was changed; the reader has forgotten what it read.</param>
    /// <param name="relay">The pipeline.</param>
    /// <param name="cancellationToken">Starts nothing new.</param>
    internal async Task ChangeAsync(
        TargetReader reader,
        Func<OperationContext, IGpuOperation> make,
        Func<IGpuOperation, IReadOnlyList<ChangeResult>, OperationContext, Task> show,
        PipelineRelay relay,
        CancellationToken cancellationToken)
    {
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
        IGpuOperation operation = make(context);
        IReadOnlyList<ChangeResult> results = await runner.RunAsync(operation, cancellationToken).ConfigureAwait(false);
        if (PassThru && results.Count > 0)
        {
            reader.Forget();
            await show(operation, results, context).ConfigureAwait(false);
        }
    }
}
