using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>
/// A session on one server: our own, or one borrowed from PowerCLI by its cookie. Safe for several threads. A session of our own is kept
/// alive until it is logged out or disposed; a borrowed one is never logged out and its cookie never replaced.
/// </summary>
public sealed partial class VimSession : IDisposable
{
    private readonly VimChannel _channel;
    private readonly CancellationTokenSource _keepAlive = new();
    private int _isDisposed;

    private VimSession(VimChannel channel, ServiceContent content, string userName)
    {
        _channel = channel;
        Content = content;
        UserName = userName;
    }

    /// <summary>The server.</summary>
    public VimServer Server => _channel.Server;

    /// <summary>The server's name, as the user gave it.</summary>
    public string ServerName => _channel.Server.Name;

    /// <summary>The instanceUuid of the server; the server's name where it gives none, so that objects of two servers never look alike.</summary>
    public string ServerUuid => About.InstanceUuid.Length > 0 ? About.InstanceUuid : ServerName;

    /// <summary>What the server says of itself.</summary>
    public AboutInfo About => Content.About;

    /// <summary>The API version that was agreed on.</summary>
    public ApiVersion ApiVersion => _channel.ApiVersion;

    /// <summary>The server's managers.</summary>
    public ServiceContent Content { get; }

    /// <summary>The user, as the server names them.</summary>
    public string UserName { get; }

    /// <summary>Whether the session belongs to somebody else, who will end it.</summary>
    public bool IsBorrowed => _channel.IsBorrowed;

    /// <summary>Whether the last call found the server; nothing is asked for this, and it is true before the first call.</summary>
    public bool IsReachable => _channel.IsReachable;

    /// <summary>Whether the server is a vCenter; else it is an ESXi host, which cannot carry a session over its own reboot.</summary>
    public bool IsVCenter => About.ApiType == "VirtualCenter";

    /// <summary>The time.</summary>
    public IClock Clock => _channel.Server.Clock;

    /// <summary>The session cookie's value, for the file transport.</summary>
    internal string? Cookie => _channel.Cookie;

    /// <summary>Logs in.</summary>
    /// <param name="server">The server.</param>
    /// <param name="credential">User and password; not kept.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="InvalidLoginException">User name or password were not accepted.</exception>
    /// <exception cref="GpuVSphereException">ServerUnreachable, UntrustedCertificate, NotVSphereServer, ServerTooOld, OperationTimeout.</exception>
    public static async Task<VimSession> ConnectAsync(VimServer server, VimCredential credential, CancellationToken cancellationToken)
    {
        (VimChannel channel, ServiceContent content) = await OpenAsync(server, null, cancellationToken).ConfigureAwait(false);
        string userName = await channel.CallAsync(
            content.SessionManager,
            "Login",
            writer =>
            {
                writer.Element("userName", credential.UserName);
                credential.Use(password => writer.Secret("password", password));
            },
            response => ReadUserName(response),
            cancellationToken,
            isSecret: true).ConfigureAwait(false);
        return Own(channel, content, userName);
    }

    /// <summary>Takes over a session that somebody else logged in, such as PowerCLI's. It is never logged out from here.</summary>
    /// <param name="server">The server.</param>
    /// <param name="cookie">The session cookie's value, byte for byte; its double quotes, when it has any, are part of it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="GpuVSphereException">SessionExpired: the cookie is not (any more) that of a session.</exception>
    public static async Task<VimSession> AdoptAsync(VimServer server, string cookie, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(cookie))
        {
            throw SessionErrors.Expired(server.Name, isBorrowed: true);
        }

        (VimChannel channel, ServiceContent content) = await OpenAsync(server, cookie, cancellationToken).ConfigureAwait(false);
        VimSession session = new(channel, content, string.Empty);
        string? userName = await session.CurrentUserAsync(cancellationToken).ConfigureAwait(false);
        return userName is null ? throw SessionErrors.Expired(server.Name, isBorrowed: true) : new VimSession(channel, content, userName);
    }

    /// <summary>
    /// Opens a second session for the same user without a password, by a ticket. For long changes: a borrowed session can be logged out
    /// under our feet, the clone cannot. The clone is ours: log it out.
    /// </summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<VimSession> CloneAsync(CancellationToken cancellationToken)
    {
        string ticket = await CallAsync(Content.SessionManager, "AcquireCloneTicket", null, reader => reader.String(), string.Empty, cancellationToken).ConfigureAwait(false);
        VimChannel channel = new(Server, ApiVersion, borrowedCookie: null);
        string userName = await channel.CallAsync(
            Content.SessionManager,
            "CloneSession",
            writer => writer.Element("cloneTicket", ticket),
            response => ReadUserName(response),
            cancellationToken,
            isSecret: true).ConfigureAwait(false);
        return Own(channel, Content, userName);
    }

    /// <summary>Ends the session on the server. A borrowed session is only let go of.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task LogoutAsync(CancellationToken cancellationToken)
    {
        _keepAlive.Cancel();
        if (IsBorrowed || _channel.Cookie is null)
        {
            return;
        }

        try
        {
            await CallAsync(Content.SessionManager, "Logout", null, cancellationToken).ConfigureAwait(false);
        }
        catch (NotAuthenticatedException)
        {
            // It had ended already.
        }

        _channel.ForgetCookie();
    }

    /// <summary>Whether the session is still logged in, asked of the server.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">The server could not be asked.</exception>
    public async Task<bool> IsAliveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await CurrentUserAsync(cancellationToken).ConfigureAwait(false) is not null;
        }
        catch (GpuVSphereException e) when (e.Id == SessionErrors.ExpiredId)
        {
            return false;
        }
    }

    /// <summary>Stops keeping the session alive. It does not log out: that is <see cref="LogoutAsync"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _keepAlive.Cancel();
    }

    private static async Task<(VimChannel Channel, ServiceContent Content)> OpenAsync(VimServer server, string? cookie, CancellationToken cancellationToken)
    {
        ApiVersion version = await ApiVersions.NegotiateAsync(server, cancellationToken).ConfigureAwait(false);
        VimChannel channel = new(server, version, cookie);
        ServiceContent content = await channel.CallAsync(
            new ManagedObjectReference("ServiceInstance", "ServiceInstance"),
            "RetrieveServiceContent",
            null,
            response => response.NextChild() ? ServiceContent.Read(response.Object()) : throw VimReader.Malformed("the service content is missing"),
            cancellationToken).ConfigureAwait(false);
        if (content.SessionManager.IsEmpty || content.PropertyCollector.IsEmpty)
        {
            throw VimChannel.NotVSphere(server.Name, "it has no session manager");
        }

        ApiVersions.RequireSupported(server.Name, content.About);
        return (channel, content);
    }

    private static VimSession Own(VimChannel channel, ServiceContent content, string userName)
    {
        if (string.IsNullOrEmpty(channel.Cookie))
        {
            throw VimReader.Malformed("the login was accepted but no session cookie came");
        }

        VimSession session = new(channel, content, userName);
        if (channel.Server.KeepAlive is TimeSpan interval)
        {
            _ = session.KeepAliveAsync(interval, session._keepAlive.Token);
        }

        return session;
    }

    private static string ReadUserName(VimReader response)
    {
        string userName = string.Empty;
        while (response.NextChild())
        {
            userName = ReadUser(response.Object()) ?? userName;
        }

        return userName;
    }

    private static string? ReadUser(VimReader userSession)
    {
        string? userName = null;
        while (userSession.NextChild())
        {
            if (userSession.Name == "userName")
            {
                userName = userSession.String();
            }
        }

        return userName;
    }

    // The session manager's currentSession may be read by anybody and is absent when nobody is logged in; SessionIsActive would need a privilege.
    private async Task<string?> CurrentUserAsync(CancellationToken cancellationToken)
    {
        string? userName = null;
        await RetrieveAsync(
            [PropertyQuery.Of([Content.SessionManager], "currentSession")],
            _ => new DelegateObjectReader((_, value) => userName = ReadUser(value) ?? string.Empty),
            cancellationToken).ConfigureAwait(false);
        return userName;
    }

    private async Task KeepAliveAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Clock.DelayAsync(interval, cancellationToken).ConfigureAwait(false);
                await CallAsync(new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or GpuVSphereException or ObjectDisposedException)
        {
            // The next call of the session's user will say what is wrong.
        }
    }
}
