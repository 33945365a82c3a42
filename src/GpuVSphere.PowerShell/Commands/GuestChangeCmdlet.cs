using System.Collections.Generic;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change the guests of VMs.</summary>
public abstract class GuestChangeCmdlet : GuestCmdlet
{
    /// <summary>Ids of rules that shall not keep the change from being made, as the refusal names them. It is recorded.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] SkipRule { get; set; } = [];

    /// <summary>Gives the plan as an object for Invoke-GpuPlan, and changes nothing.</summary>
    [Parameter]
    public SwitchParameter AsPlan { get; set; }

    /// <summary>Performs the change in a job of this session, after it was planned and confirmed. Receive-Job gives what became of each guest.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Gives the result as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Whether it takes something away, reboots or ends what runs; then it is always asked about.</summary>
    internal virtual bool IsDisruptive => false;

    internal virtual GuestChangeOptions Options => new() { SkipRules = SkipRule };

    /// <summary>What the change needs and its intent may not hold, by name.</summary>
    internal virtual IReadOnlyDictionary<string, SecureString>? Secrets => null;

    /// <summary>What is wanted, for the VMs that were found; null after writing why there is nothing to do.</summary>
    internal abstract Task<ChangeIntent?> IntentAsync(IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken);

    /// <summary>Shows what somebody at the console wants to see of what was done; most changes have nothing to show.</summary>
    internal virtual void Tell(IReadOnlyList<ChangeResult> results, PipelineRelay relay)
    {
    }

    /// <summary>Writes what -PassThru gives.</summary>
    internal virtual Task PassThruAsync(
        IReadOnlyList<ChangeResult> results, IReadOnlyList<NamedVm> vms, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (ChangeResult result in results)
        {
            relay.Output(result);
        }

        return Task.CompletedTask;
    }

    internal sealed override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<NamedVm> vms = await VmsAsync(reader, cancellationToken).ConfigureAwait(false);
        if (vms.Count == 0 || await IntentAsync(vms, reader, relay, cancellationToken).ConfigureAwait(false) is not { Targets.Count: > 0 } intent)
        {
            return;
        }

        OperationContext context = GuestContext(vms, relay, Secrets);
        ChangeRunner runner = new(relay) { AsPlan = AsPlan, IsDisruptive = IsDisruptive, AsJob = AsJob };
        IReadOnlyList<ChangeResult> results = await runner.RunAsync(GpuOperations.Create(intent, context), cancellationToken).ConfigureAwait(false);
        Tell(results, relay);
        if (PassThru && results.Count > 0)
        {
            reader.Forget();
            await PassThruAsync(results, vms, context, relay, cancellationToken).ConfigureAwait(false);
        }
    }
}
