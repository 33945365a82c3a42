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
                // A guest that restarts ends no session with a server.
                bool reboots = plan.Targets.Any(target => !target.IsVm) && HostChangeOptions.FromOptions(plan.Intent.Options).Reboot;
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

    // As the cmdlet that made the plan would have it: it was told to reboot or to power off, or it takes something away. What ends programs, the plan says itself.
    private static bool IsDisruptive(ChangePlan plan) =>
        plan.Intent.Options.Any(option => option.Key.ToUpperInvariant() is "REBOOT" or "POWEROFF" && string.Equals(option.Value, "true", StringComparison.OrdinalIgnoreCase))
        || plan.Changes.Any(change => change.After is null && change.Property.StartsWith("PCI device", StringComparison.Ordinal));
}
