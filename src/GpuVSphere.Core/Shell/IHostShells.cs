using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>Opens the shells of ESXi hosts: the system's OpenSSH client, or a simulator's hosts.</summary>
public interface IHostShells
{
    /// <summary>Opens a host's shell; the caller disposes it.</summary>
    /// <param name="address">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">
    /// SshRefused, SshTimeout, SshNameUnknown, SshHostKeyUnknown, SshHostKeyChanged, SshAuthenticationFailed, SshClientMissing, SshClientTooOld, SshFailed.
    /// An implementation may find these only when the first command is run.
    /// </exception>
    Task<IShell> OpenAsync(HostShellAddress address, CancellationToken cancellationToken);
}
