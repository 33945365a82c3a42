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
public abstract class ContinueChangeCmdlet : ServerCmdlet
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
    /// The login in the guests, for changes of settings in guests: root, or a user who may use sudo with this password or without one; on Windows an administrator.
    /// With -Ssh it may be left away to use the OpenSSH client's configuration and keys, or have an empty password to name the user only.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? GuestCredential { get; set; }

    /// <summary>Goes into guests by SSH, to the address that VMware Tools report, instead of by VMware Tools. For Linux guests.</summary>
    [Parameter]
    public SwitchParameter Ssh { get; set; }

    /// <summary>Gives the plan as an object, and changes nothing.</summary>
    [Parameter]
    public SwitchParameter AsPlan { get; set; }

    /// <summary>Gives what became of each host or guest.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

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
        OperationContext context = ChangeContext.Of(
            connections, inForce.Reboot && !AsPlan ? await Reconnection.PrepareAsync(connections, Credential, relay).ConfigureAwait(false) : null, HostCredential, relay, GuestCredential is not null || Ssh ? GuestShells.Of(connections, GuestCredential, Ssh) : null);
        if (!AsPlan && !await relay.AskAsync(Confirmation.IsWhatIf).ConfigureAwait(false))
        {
            await WaitAsync(changes, entry, context, options, relay, cancellationToken).ConfigureAwait(false);
        }

        ChangeRunner runner = new(relay) { AsPlan = AsPlan, IsDisruptive = inForce.Reboot || inForce.PowerOff };
        IReadOnlyList<ChangeResult> results = await runner.RunAsync(Prepare(changes, entry.Id, context, options), cancellationToken).ConfigureAwait(false);
        if (inForce.Reboot && results.Count > 0)
        {
            await Reconnection.RenewAsync(connections, relay, cancellationToken).ConfigureAwait(false);
        }

        foreach (ChangeResult result in PassThru ? results : [])
        {
            relay.Output(result);
        }
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
