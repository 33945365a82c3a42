using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Methods;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Performs plans that a changing cmdlet gave with -AsPlan. A plan whose starting point has changed since is refused.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "GpuPlan", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult))]
public sealed class InvokeGpuPlanCommand : AnyChangeCmdlet
{
    private readonly List<ChangePlan> _plans = [];

    /// <summary>The plans.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public ChangePlan[]? Plan { get; set; }

    internal override void Collect() => _plans.AddRange(Plan ?? []);

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (ChangePlan plan in _plans)
        {
            if (await Servers.OpenAllAsync(plan.Targets, relay, cancellationToken).ConfigureAwait(false) is not { Count: > 0 } connections)
            {
                continue;
            }

            try
            {
                bool reboots = HostChangeOptions.FromOptions(plan.Intent.Options).Reboot;
                OperationContext context = await ContextAsync(connections, reboots, relay).ConfigureAwait(false);
                ChangeRunner runner = new(relay) { IsDisruptive = IsDisruptive(plan) };
                IReadOnlyList<ChangeResult> results =
                    await runner.PerformAsync(GpuOperations.Create(plan.Intent, context), plan, cancellationToken).ConfigureAwait(false);
                await EndAsync(connections, reboots, results, relay, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }
    }

    // As the cmdlet that made the plan would have it: it was told to reboot, to power off or to end programs, or it takes something away.
    private static bool IsDisruptive(ChangePlan plan) =>
        plan.Intent.Options.Any(option => option.Key.ToUpperInvariant() is "REBOOT" or "POWEROFF" or "STOPGPUPROCESS" && string.Equals(option.Value, "true", StringComparison.OrdinalIgnoreCase))
        || plan.Changes.Any(change => change.After is null && change.Property.StartsWith("PCI device", StringComparison.Ordinal));
}
