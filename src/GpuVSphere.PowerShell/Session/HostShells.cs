using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.PowerShell.Session;

/// <summary>The shells of the hosts of several servers: a simulator's own, and for everything else the system's OpenSSH client.</summary>
internal sealed class HostShells : IHostShells
{
    private readonly Dictionary<string, IHostShells> _simulated = new(StringComparer.OrdinalIgnoreCase);
    private readonly OpenSshHostShells _real;

    private HostShells(OpenSshOptions options) => _real = new OpenSshHostShells(options);

    /// <summary>The shells of the hosts of some connections.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="hostCredential">The login at real hosts; null for the user's own OpenSSH configuration and keys.</param>
    public static HostShells Of(IReadOnlyList<GpuConnection> connections, PSCredential? hostCredential)
    {
        HostShells shells = new(new OpenSshOptions { Credential = hostCredential is null ? null : CredentialOf(hostCredential) });
        foreach (GpuConnection connection in connections)
        {
            if (connection.SimulatedShells is { } simulated)
            {
                shells._simulated[connection.InstanceUuid] = simulated;
            }
        }

        return shells;
    }

    public Task<IShell> OpenAsync(HostShellAddress address, CancellationToken cancellationToken) =>
        (_simulated.TryGetValue(address.Host.ServerUuid, out IHostShells? simulated) ? simulated : _real).OpenAsync(address, cancellationToken);

    // Windows PowerShell's own prompt puts a backslash before a name without a domain.
    private static ShellCredential CredentialOf(PSCredential credential) => new(credential.UserName.TrimStart('\\'), credential.Password);
}
