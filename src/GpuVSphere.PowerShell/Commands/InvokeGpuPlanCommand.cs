using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Performs plans that a changing cmdlet gave with -AsPlan. A plan whose starting point has changed since is refused.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "GpuPlan", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult))]
public sealed class InvokeGpuPlanCommand : ServerCmdlet
{
    private readonly List<ChangePlan> _plans = [];

    /// <summary>The plans.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public ChangePlan[]? Plan { get; set; }

    /// <summary>The host's login, to go on after its reboot when it is connected to directly with a PowerCLI session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>
    /// The login at the hosts' ESXi shell, where the change needs it. Without it the OpenSSH client's configuration and keys are used; with an
    /// empty password it names the user only.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? HostCredential { get; set; }

    /// <summary>
    /// The login in the guests, where the change is made in them. With -Ssh it may be left away to use the OpenSSH client's configuration and keys.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? GuestCredential { get; set; }

    /// <summary>Goes into guests by SSH instead of by VMware Tools.</summary>
    [Parameter]
    public SwitchParameter Ssh { get; set; }

    /// <summary>Gives what became of each object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

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
                OperationContext context = ChangeContext.Of(
                    connections, reboots ? await Reconnection.PrepareAsync(connections, Credential, relay).ConfigureAwait(false) : null, HostCredential, relay, GuestCredential is not null || Ssh ? GuestShells.Of(connections, GuestCredential, Ssh) : null);
                ChangeRunner runner = new(relay) { IsDisruptive = IsDisruptive(plan) };
                IReadOnlyList<ChangeResult> results =
                    await runner.PerformAsync(GpuOperations.Create(plan.Intent, context), plan, cancellationToken).ConfigureAwait(false);
                if (reboots && results.Count > 0)
                {
                    await Reconnection.RenewAsync(connections, relay, cancellationToken).ConfigureAwait(false);
                }

                foreach (ChangeResult result in PassThru ? results : [])
                {
                    relay.Output(result);
                }
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
