using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that perform a change of whatever kind, of hosts, VMs or guests: from a plan, or from the journal.</summary>
public abstract class AnyChangeCmdlet : ServerCmdlet
{
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
    /// The login in the guests, where the change is made in them: root, or a user who may use sudo with this password or without one; on Windows an
    /// administrator. With -Ssh it may be left away to use the OpenSSH client's configuration and keys, or have an empty password to name the user only.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? GuestCredential { get; set; }

    /// <summary>Goes into guests by SSH, to the address that VMware Tools report, instead of by VMware Tools. For Linux guests.</summary>
    [Parameter]
    public SwitchParameter Ssh { get; set; }

    /// <summary>Gives what became of each object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What the change is performed with.</summary>
    /// <param name="connections">The servers of its objects.</param>
    /// <param name="reboots">Whether hosts may be rebooted, so that connections to them have to be made anew.</param>
    /// <param name="relay">The way to the pipeline.</param>
    internal async Task<OperationContext> ContextAsync(IReadOnlyList<GpuConnection> connections, bool reboots, PipelineRelay relay) => ChangeContext.Of(
        connections,
        reboots ? await Reconnection.PrepareAsync(connections, Credential, relay).ConfigureAwait(false) : null,
        HostCredential,
        relay,
        GuestCredential is not null || Ssh ? GuestShells.Of(connections, GuestCredential, Ssh) : null);

    /// <summary>Renews connections that a reboot ended, and gives the results where they were asked for.</summary>
    internal async Task EndAsync(IReadOnlyList<GpuConnection> connections, bool reboots, IReadOnlyList<ChangeResult> results, PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (reboots && results.Count > 0)
        {
            await Reconnection.RenewAsync(connections, relay, cancellationToken).ConfigureAwait(false);
        }

        foreach (ChangeResult result in PassThru ? results : [])
        {
            relay.Output(result);
        }
    }
}
