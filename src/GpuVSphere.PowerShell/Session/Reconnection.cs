using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Commands;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>
/// How to log in again at hosts that are connected to directly, whose sessions end with their reboot: by the credential of the connection,
/// the one that was given, or one that is asked for before anything begins.
/// </summary>
internal static class Reconnection
{
    /// <summary>The way to log in again, or null when no server needs it.</summary>
    /// <exception cref="GpuVSphereException">CredentialNeeded: a host needs one and nobody can be asked.</exception>
    public static async Task<Func<VimSession, CancellationToken, Task<VimSession>>?> PrepareAsync(
        IReadOnlyList<GpuConnection> connections, PSCredential? given, PipelineRelay relay)
    {
        Dictionary<VimServer, VimCredential> credentials = [];
        foreach (GpuConnection connection in connections.Where(connection => !connection.IsVCenter))
        {
            credentials[connection.Session.Server] = connection.Credential
                ?? Of(given ?? await relay.AskAsync(cmdlet => Ask(cmdlet, connection)).ConfigureAwait(false));
        }

        return credentials.Count == 0
            ? null
            : (lost, cancellationToken) => VimSession.ConnectAsync(lost.Server, credentials[lost.Server], cancellationToken);
    }

    /// <summary>After the change: makes connections usable again whose host has forgotten them.</summary>
    public static async Task RenewAsync(IReadOnlyList<GpuConnection> connections, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (GpuConnection connection in connections.Where(connection => !connection.IsVCenter))
        {
            try
            {
                await connection.RenewAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException error)
            {
                relay.Warning($"{connection.Name} has rebooted and did not take the login again: {error.Message} {error.NextStep}");
            }
        }
    }

    private static VimCredential Of(PSCredential credential) => new(credential.UserName, credential.Password);

    private static PSCredential Ask(GpuCmdlet cmdlet, GpuConnection connection)
    {
        PSCredential? given = null;
        try
        {
            given = cmdlet.Host.UI.PromptForCredential(
                "Log in again after the reboot", $"{connection.Name} forgets its sessions when it reboots. User name and password for it", connection.User, null);
        }
        catch (Exception error) when (error is PSInvalidOperationException or HostException or NotImplementedException)
        {
            // Nobody is there; said below.
        }

        return given ?? throw new GpuVSphereException(
            "CredentialNeeded",
            GpuErrorCategory.AuthenticationFailed,
            $"{connection.Name} is connected to directly and forgets its sessions when it reboots, so a login is needed to go on afterwards.",
            connection.Name,
            "Add -Credential, or connect to the host with Connect-GpuVSphere, or to its vCenter.");
    }
}
