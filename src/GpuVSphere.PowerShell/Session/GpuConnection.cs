using System;
using System.Globalization;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>
/// A connection to one vSphere server: what Connect-GpuVSphere gives and <c>-Server</c> takes. It can be used from several threads and
/// runspaces at once. It shows no secret.
/// </summary>
public sealed class GpuConnection
{
    private VimSession _session;
    private readonly IDisposable? _owned;
    private readonly VimCredential? _credential;
    private int _isClosed;

    internal GpuConnection(
        VimSession session, ConnectionOrigin origin, string hostAndPort, string? uid, IDisposable? owned, VimCredential? credential = null)
    {
        _session = session;
        _owned = owned;
        _credential = credential;
        Origin = origin;
        HostAndPort = hostAndPort;
        Name = session.ServerName;
        User = session.UserName;
        Uid = uid ?? $"/VIServer={session.UserName.ToLowerInvariant()}@{hostAndPort}/";
        int colon = hostAndPort.LastIndexOf(':');
        Port = colon >= 0 && int.TryParse(hostAndPort.Substring(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : 0;
    }

    /// <summary>The server's name as the user gave it.</summary>
    public string Name { get; }

    /// <summary>The port; 0 for a simulator within this process.</summary>
    public int Port { get; }

    /// <summary>Who is logged in.</summary>
    public string User { get; }

    /// <summary>The product with its version and build, as the server names itself.</summary>
    public string Product => _session.About.FullName;

    /// <summary>The product's version, such as 8.0.3.</summary>
    public string Version => _session.About.Version;

    /// <summary>The version of the API that is spoken.</summary>
    public string ApiVersion => _session.ApiVersion.ToString();

    /// <summary>The server's own id.</summary>
    public string InstanceUuid => _session.ServerUuid;

    /// <summary>Whether it is a vCenter; else it is a single ESXi host.</summary>
    public bool IsVCenter => _session.IsVCenter;

    /// <summary>Whether the login is this module's, PowerCLI's, or a simulator's.</summary>
    public ConnectionOrigin Origin { get; }

    /// <summary>
    /// Whether it can be used: false once it was disconnected, and while the last call did not find the server; a call that finds it makes
    /// it true again. Nothing is asked for this: a session that the server has ended shows only when it is used.
    /// </summary>
    public bool IsConnected => IsOpen && Volatile.Read(ref _session).IsReachable;

    /// <summary>The connection as PowerCLI names its own, such as <c>/VIServer=administrator@vsphere.local@vc:443/</c>.</summary>
    public string Uid { get; }

    internal string HostAndPort { get; }

    /// <summary>Whether it was not disconnected, whatever has become of the server.</summary>
    internal bool IsOpen => Volatile.Read(ref _isClosed) == 0;

    /// <summary>The login, kept for a host that is connected to directly: its sessions do not outlive its reboot. Null otherwise.</summary>
    internal VimCredential? Credential => _credential;

    /// <summary>The shells of the hosts where they are a simulator's; null where they are reached over the network.</summary>
    internal IHostShells? SimulatedShells { get; init; }

    /// <summary>The guests as SSH finds them where they are a simulator's, for a login; null where they are reached over the network.</summary>
    internal Func<PSCredential?, IGuestShells>? SimulatedGuests { get; init; }

    /// <summary>The session, for use.</summary>
    /// <exception cref="GpuVSphereException">NotConnected: it was disconnected.</exception>
    internal VimSession Session => IsOpen
        ? Volatile.Read(ref _session)
        : throw new GpuVSphereException(
            "NotConnected",
            GpuErrorCategory.ConnectionFailed,
            $"The connection to {Name} was closed.",
            Name,
            $"Connect-GpuVSphere -Server {Typed.Name(Name)}");

    /// <summary>The server's name.</summary>
    public override string ToString() => Name;

    internal bool IsOf(ServerHint hint) =>
        (hint.ServerUuid is not null && string.Equals(hint.ServerUuid, InstanceUuid, StringComparison.OrdinalIgnoreCase))
        || (hint.ConnectionUid is not null && string.Equals(hint.ConnectionUid, Uid, StringComparison.OrdinalIgnoreCase))
        || hint.IsAt(HostAndPort);

    /// <summary>Logs in anew where the host has forgotten the session with its reboot and the login is known. Else does nothing.</summary>
    internal async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (_credential is not null && IsOpen && !await _session.IsAliveAsync(cancellationToken).ConfigureAwait(false))
        {
            VimSession lost = _session;
            Volatile.Write(ref _session, await VimSession.ConnectAsync(lost.Server, _credential, cancellationToken).ConfigureAwait(false));
            lost.Dispose();
        }
    }

    /// <summary>Ends a login of our own and lets a borrowed one be. A second call does nothing.</summary>
    internal async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        try
        {
            if (Origin != ConnectionOrigin.PowerCLI)
            {
                await _session.LogoutAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _session.Dispose();
            _credential?.Dispose();
            _owned?.Dispose();
        }
    }
}
