using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>
/// Linux guests through the system's own OpenSSH client, at the address that VMware Tools report: keys, agent, known_hosts and jump hosts are the user's, as
/// their configuration has them. A host key that is not known is refused and shown.
/// </summary>
public sealed class OpenSshGuestShells : IGuestShells
{
    private readonly OpenSshOptions _options;
    private readonly OpenSshHostShells _client;

    /// <summary>Makes the way into the guests; nothing is started yet.</summary>
    /// <param name="options">How the client is used. Its credential, whose password is the one for sudo, too, stays the caller's to dispose.</param>
    public OpenSshGuestShells(OpenSshOptions options)
    {
        _options = options;
        _client = new OpenSshHostShells(options);
    }

    /// <inheritdoc/>
    /// <remarks>The login is tried at once: the guest is asked who it is.</remarks>
    public async Task<IGuestShell> OpenAsync(GuestAddress address, CancellationToken cancellationToken)
    {
        if (address.Family == GuestFamily.Windows)
        {
            throw new GpuVSphereException(
                "GuestNotSupported", GpuErrorCategory.NotSupported, $"{address.Name} runs Windows, which is not gone into by SSH.", address.Name, "Leave -Ssh away: VMware Tools are the way into Windows guests.");
        }

        if (address.Address is not { Length: > 0 } name)
        {
            throw new GpuVSphereException(
                "GuestAddressUnknown",
                GpuErrorCategory.InvalidState,
                $"No address of {address.Name} is known: VMware Tools report none.",
                address.Name,
                "Start VMware Tools in the guest, or look whether its network is up.");
        }

        string destination = _options.Credential is { } credential ? credential.UserName + "@" + name : name;
        try
        {
            OpenSshShell shell = await _client.OpenShellAsync(new HostShellAddress(address.Vm, name), cancellationToken).ConfigureAwait(false);
            try
            {
                ShellResult who = await shell.RunAsync("id -un", cancellationToken).ConfigureAwait(false);
                string user = who.Output.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) ?? _options.Credential?.UserName ?? string.Empty;
                return new OpenSshGuestShell(shell, address.Name, destination, user, _options.Credential);
            }
            catch
            {
                shell.Dispose();
                throw;
            }
        }
        catch (GpuVSphereException error)
        {
            throw GuestErrors.OfSsh(error, address.Name, destination);
        }
    }
}
