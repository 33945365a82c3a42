using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>
/// Guests by VMware Tools' guest operations: no network path to the guest is needed. Files go through the ESXi host of the VM, at its port 443, with the
/// certificate that the server has of that host.
/// </summary>
public sealed class ToolsGuestShells : IGuestShells
{
    private readonly IReadOnlyList<VimSession> _sessions;
    private readonly VimCredential _login;

    /// <summary>Makes the way into the guests.</summary>
    /// <param name="sessions">The servers of the VMs.</param>
    /// <param name="login">The login in the guests, which is the password for sudo, too; it stays the caller's to dispose.</param>
    public ToolsGuestShells(IReadOnlyList<VimSession> sessions, VimCredential login)
    {
        _sessions = sessions;
        _login = login;
    }

    /// <inheritdoc/>
    /// <remarks>Whether the login is right shows with the first command.</remarks>
    /// <exception cref="GpuVSphereException">GuestPoweredOff, GuestToolsNotRunning, GuestOperationsUnavailable; NotConnected: no session for the VM's server.</exception>
    public async Task<IGuestShell> OpenAsync(GuestAddress address, CancellationToken cancellationToken)
    {
        VimSession session = _sessions.FirstOrDefault(one => string.Equals(one.ServerUuid, address.Vm.ServerUuid, StringComparison.OrdinalIgnoreCase))
            ?? throw new GpuVSphereException("NotConnected", GpuErrorCategory.ConnectionFailed, $"There is no connection to the server of {address.Name}.", address.Name, "Connect-GpuVSphere -Server <name>");
        VmGuestState? state = (await session.ReadGuestStatesAsync([address.Vm.Reference], cancellationToken).ConfigureAwait(false)).FirstOrDefault();
        if (state is null)
        {
            throw new GpuVSphereException("VmNotFound", GpuErrorCategory.ObjectNotFound, $"{address.Name} is no longer on {session.ServerName}.", address.Name, "Get-VmGpu lists the VMs that are there.");
        }

        if (state.PowerState != "poweredOn")
        {
            throw GuestErrors.PoweredOff(address.Name, state.PowerState);
        }

        if (!state.IsToolsRunning)
        {
            throw GuestErrors.NoTools(address.Name);
        }

        bool isWindows = state.Family.Length > 0 ? state.Family == "windowsGuest" : address.Family == GuestFamily.Windows;
        GuestClient client = await GuestClient.OpenAsync(session, address.Vm.Reference, _login, cancellationToken).ConfigureAwait(false);
        return isWindows ? new ToolsWindowsShell(client, session.Clock, address.Name, _login) : new ToolsLinuxShell(client, session.Clock, address.Name, _login);
    }
}
