using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>Opens the guests of VMs: by VMware Tools, by the system's OpenSSH client, or those of a simulator.</summary>
public interface IGuestShells
{
    /// <summary>Opens a guest; the caller disposes it.</summary>
    /// <param name="address">The guest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">
    /// GuestToolsNotRunning, GuestLoginFailed, GuestPoweredOff, GuestOperationsUnavailable; by SSH GuestAddressUnknown and those of <see cref="IHostShells"/>.
    /// An implementation may find these only when the first command is run.
    /// </exception>
    Task<IGuestShell> OpenAsync(GuestAddress address, CancellationToken cancellationToken);
}
