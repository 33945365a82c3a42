using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Starts FlexDirect's resource scheduler in server VMs.</summary>
[Cmdlet(VerbsLifecycle.Start, "FlexDirectScheduler", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(FlexDirectScheduler), typeof(ChangePlan), typeof(Job))]
public sealed class StartFlexDirectSchedulerCommand : FlexDirectChangeCmdlet
{
    /// <summary>How many GPUs of the guest it gives out; without it, and without -GpuIndex, the program decides.</summary>
    [Parameter]
    public int GpuCount { get; set; }

    /// <summary>Which GPUs of the guest it gives out, by their index in nvidia-smi.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public int[] GpuIndex { get; set; } = [];

    /// <summary>The IP address of the guest's own that it listens at; without it, all of them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ListenAddress { get; set; }

    /// <summary>The port that clients connect to: 56001 unless told otherwise. A scheduler on another port is one more.</summary>
    [Parameter]
    public int Port { get; set; }

    /// <summary>The port of the processes that serve the clients' programs; without it, the program's own choice.</summary>
    [Parameter]
    public int ServerPort { get; set; }

    /// <summary>Seconds to wait until the scheduler says that it runs: 30 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int StartTimeoutSeconds { get; set; } = 30;

    internal override ChangeIntent IntentFor(IReadOnlyList<PlanTarget> vms) => FlexDirectIntents.StartScheduler(
        vms,
        new SchedulerWish
        {
            GpuCount = HasTyped(nameof(GpuCount)) ? GpuCount : null,
            Devices = GpuIndex,
            ListenAddress = ListenAddress,
            Port = HasTyped(nameof(Port)) ? Port : null,
            ServerPort = HasTyped(nameof(ServerPort)) ? ServerPort : null,
        },
        TimeSpan.FromSeconds(StartTimeoutSeconds),
        Options);

    internal override void Tell(IReadOnlyList<ChangeResult> results, PipelineRelay relay)
    {
        // What it gives out is why somebody starts it.
        foreach (ChangeResult result in results.Where(result => !PassThru && result is { Outcome: ChangeOutcome.Done, Message: not null }))
        {
            relay.Show(result.Target.Name + ": " + result.Message);
        }
    }

    internal override Task PassThruAsync(IReadOnlyList<ChangeResult> results, IReadOnlyList<NamedVm> vms, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken) => FlexDirectReader.AskAsync(
        context,
        [.. results.Where(result => result.Outcome is ChangeOutcome.Done or ChangeOutcome.Unchanged).Select(result => result.Target)],
        async (vm, shell, stop) =>
        {
            foreach (FlexDirectScheduler scheduler in await FlexDirectReader.ReadSchedulersAsync(vm, shell, stop).ConfigureAwait(false))
            {
                relay.Output(scheduler);
            }
        },
        (_, error) => relay.Error(error),
        cancellationToken);
}
