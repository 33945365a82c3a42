using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>The way into guests that a cmdlet was told: VMware Tools, or SSH; by SSH into a simulator's guests without a network.</summary>
internal sealed class GuestShells : IGuestShells
{
    private readonly Dictionary<string, IGuestShells> _simulated = new(StringComparer.OrdinalIgnoreCase);
    private readonly IGuestShells _real;

    private GuestShells(IGuestShells real) => _real = real;

    /// <param name="connections">The servers of the VMs.</param>
    /// <param name="credential">The login in the guests; null for the user's own OpenSSH configuration and keys, which is for SSH only.</param>
    /// <param name="isSsh">Whether the guests are reached by SSH.</param>
    /// <exception cref="GpuVSphereException">GuestCredentialNeeded: VMware Tools take no command without a login.</exception>
    public static GuestShells Of(IReadOnlyList<GpuConnection> connections, PSCredential? credential, bool isSsh)
    {
        // Windows PowerShell's own prompt puts a backslash before a name without a domain.
        string? user = credential?.UserName.TrimStart('\\');
        if (!isSsh)
        {
            return credential is null
                ? throw new GpuVSphereException(
                    "GuestCredentialNeeded",
                    GpuErrorCategory.AuthenticationFailed,
                    "VMware Tools need a login in the guest, and none was given.",
                    null,
                    "Add -GuestCredential (Get-Credential): root, or a user who may use sudo. Or go by SSH with -Ssh.")
                : new GuestShells(new ToolsGuestShells([.. connections.Select(connection => connection.Session)], new VimCredential(user!, credential.Password)));
        }

        GuestShells shells = new(new OpenSshGuestShells(new OpenSshOptions { Credential = credential is null ? null : new ShellCredential(user!, credential.Password) }));
        foreach (GpuConnection connection in connections)
        {
            if (connection.SimulatedGuests is { } simulated)
            {
                shells._simulated[connection.InstanceUuid] = simulated(credential);
            }
        }

        return shells;
    }

    public Task<IGuestShell> OpenAsync(GuestAddress address, CancellationToken cancellationToken) =>
        (_simulated.TryGetValue(address.Vm.ServerUuid, out IGuestShells? simulated) ? simulated : _real).OpenAsync(address, cancellationToken);
}
