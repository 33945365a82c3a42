using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>
/// The shells of ESXi hosts through the system's own OpenSSH client: keys, agent, known_hosts, jump hosts and ports are the user's, as their
/// configuration has them. It never asks at the console. A host key that is not known yet is refused and shown, never taken on trust.
/// </summary>
public sealed class OpenSshHostShells : IHostShells
{
    private readonly OpenSshOptions _options;
    private readonly object _gate = new();
    private OpenSshClient? _client;

    /// <summary>Makes the way to the shells; nothing is started yet.</summary>
    /// <param name="options">How the client is used. A credential in it stays the caller's to dispose.</param>
    public OpenSshHostShells(OpenSshOptions options) => _options = options;

    /// <inheritdoc/>
    /// <remarks>Nothing goes over the network yet; whether the host can be reached shows with the first command.</remarks>
    /// <exception cref="GpuVSphereException">SshClientMissing; SshNameInvalid: the host's name cannot be one. With a password: SshClientTooOld, SshPasswordNotPossible.</exception>
    public async Task<IShell> OpenAsync(HostShellAddress address, CancellationToken cancellationToken) => await OpenShellAsync(address, cancellationToken).ConfigureAwait(false);

    internal async Task<OpenSshShell> OpenShellAsync(HostShellAddress address, CancellationToken cancellationToken)
    {
        RequireName(address.Name);
        OpenSshClient client = await ClientAsync(cancellationToken).ConfigureAwait(false);
        if (_options.Credential is not { HasPassword: true } credential)
        {
            return new OpenSshShell(client, _options, address, null);
        }

        if (!client.CanAskProgram)
        {
            throw new GpuVSphereException(
                "SshClientTooOld",
                GpuErrorCategory.NotSupported,
                $"{(client.Banner.Length == 0 ? client.Path : client.Banner)} cannot take a password from a program: that needs OpenSSH 8.4 or later.",
                address.Name,
                "Log in with a key (leave -HostCredential away, or give it with an empty password), or install a newer OpenSSH client.");
        }

        return new OpenSshShell(client, _options, address, await AskPass.PrepareAsync(credential, cancellationToken).ConfigureAwait(false));
    }

    private async Task<OpenSshClient> ClientAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_client is not null)
            {
                return _client;
            }
        }

        OpenSshClient found = await OpenSshClient.FindAsync(_options.Program, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            return _client ??= found;
        }
    }

    // The name goes into the command line of a program that takes options, and into the user's own ProxyCommand.
    private static void RequireName(string name)
    {
        bool isName = name.Length > 0 && name[0] != '-';
        foreach (char c in name)
        {
            isName &= char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '%';
        }

        if (!isName)
        {
            throw new GpuVSphereException(
                "SshNameInvalid",
                GpuErrorCategory.InvalidArgument,
                $"'{name}' is no name or address of a host that ssh could connect to.",
                name,
                "Get-GpuDevice shows the hosts' names as vCenter has them.");
        }
    }
}
