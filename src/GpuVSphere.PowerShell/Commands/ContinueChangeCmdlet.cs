using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.State;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of Resume- and Undo-GpuChange: both plan anew from the live state.</summary>
public abstract class ContinueChangeCmdlet : AnyChangeCmdlet
{
    private readonly List<string> _ids = [];

    /// <summary>The ids of the changes, or how they begin; Get-GpuChange lists them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(GpuChangeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Id { get; set; }

    /// <summary>Reboots hosts where that is needed.</summary>
    [Parameter]
    public SwitchParameter Reboot { get; set; }

    /// <summary>With -Reboot: shuts down running VMs that cannot be moved away, and starts them again afterwards.</summary>
    [Parameter]
    public SwitchParameter PowerOff { get; set; }

    /// <summary>With -PowerOff: powers a VM off hard when its guest does not shut down.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Minutes that a host may take to come back: 30 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 1440)]
    public int RebootTimeoutMinutes { get; set; } = 30;

    /// <summary>Gives the plan as an object, and changes nothing.</summary>
    [Parameter]
    public SwitchParameter AsPlan { get; set; }

    internal sealed override void Collect() => _ids.AddRange(Id ?? []);

    internal abstract IGpuOperation Prepare(ChangeManager changes, string id, OperationContext context, HostChangeOptions? options);

    internal sealed override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        string[] limits = [nameof(Reboot), nameof(PowerOff), nameof(Force), nameof(RebootTimeoutMinutes)];
        HostChangeOptions? options = limits.Any(MyInvocation.BoundParameters.ContainsKey)
            ? new HostChangeOptions { Reboot = Reboot, PowerOff = PowerOff, Force = Force, RebootTimeout = TimeSpan.FromMinutes(RebootTimeoutMinutes) }
            : null;
        ChangeManager changes = GpuOperations.Changes(StateDirectory.Resolve());
        foreach (string id in _ids)
        {
            try
            {
                await ContinueAsync(changes, id, options, relay, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException finished) when (finished.Id == "ChangeFinished" && MyInvocation.ExpectingInput)
            {
                // Get-GpuChange lists what is finished too; of a list, what is open is meant.
                relay.Verbose(finished.Message);
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }
    }

    private async Task ContinueAsync(ChangeManager changes, string id, HostChangeOptions? options, PipelineRelay relay, CancellationToken cancellationToken)
    {
        JournalEntry entry = changes.Get(id);
        IReadOnlyList<GpuConnection> connections =
            await Servers.OpenAllAsync([.. entry.Hosts.Select(host => host.Target)], relay, cancellationToken).ConfigureAwait(false);
        if (connections.Count == 0)
        {
            return;
        }

        HostChangeOptions inForce = options ?? HostChangeOptions.FromOptions(entry.Intent.Options);
        OperationContext context = await ContextAsync(connections, inForce.Reboot && !AsPlan, relay).ConfigureAwait(false);
        if (!AsPlan && !await relay.AskAsync(Confirmation.IsWhatIf).ConfigureAwait(false))
        {
            await WaitAsync(changes, entry, context, options, relay, cancellationToken).ConfigureAwait(false);
        }

        ChangeRunner runner = new(relay) { AsPlan = AsPlan, IsDisruptive = inForce.Reboot || inForce.PowerOff };
        IReadOnlyList<ChangeResult> results = await runner.RunAsync(Prepare(changes, entry.Id, context, options), cancellationToken).ConfigureAwait(false);
        await EndAsync(connections, inForce.Reboot, results, relay, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WaitAsync(
        ChangeManager changes, JournalEntry entry, OperationContext context, HostChangeOptions? options, PipelineRelay relay, CancellationToken cancellationToken)
    {
        try
        {
            await changes.WaitForRebootsAsync(entry.Id, context, options, relay, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            relay.LastWord($"{entry.Title} was stopped while a host was rebooting; it stands as before. Go on with: {entry.NextStep}");
            throw;
        }
    }
}
