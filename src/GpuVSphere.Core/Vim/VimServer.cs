using System;

namespace GpuVSphere.Vim;

/// <summary>Where and how to reach one server. Several sessions may share it; it does not change.</summary>
public sealed class VimServer : IDisposable
{
    /// <summary>Makes a server from its parts: the simulator's way, and a test's.</summary>
    /// <param name="name">The name as the user gives it.</param>
    /// <param name="transport">Calls.</param>
    /// <param name="files">Files on datastores.</param>
    /// <param name="clock">The time.</param>
    /// <param name="guestFiles">Files of guests; null where there is no way for them.</param>
    public VimServer(string name, IVimTransport transport, IFileTransport files, IClock clock, IGuestFileTransport? guestFiles = null)
    {
        GuestFiles = guestFiles;
        Name = name;
        Transport = transport;
        Files = files;
        Clock = clock;
    }

    /// <summary>The name as the user gave it.</summary>
    public string Name { get; }

    /// <summary>Calls.</summary>
    public IVimTransport Transport { get; }

    /// <summary>Files on datastores.</summary>
    public IFileTransport Files { get; }

    /// <summary>The time.</summary>
    public IClock Clock { get; }

    /// <summary>Files of guests; null where there is no way for them.</summary>
    public IGuestFileTransport? GuestFiles { get; }

    /// <summary>How often a session of our own is kept alive; null for never. A session that is idle for 30 minutes is ended by vCenter.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Describes a server that is reached over the network. Nothing is sent yet.</summary>
    /// <param name="host">A name or address, with a port if it is not 443 (<c>vc.example.com</c>, <c>vc:8443</c>, <c>[::1]:8443</c>), or the https address of its SDK.</param>
    /// <param name="options">Certificates, time-outs, trace.</param>
    /// <exception cref="GpuVSphereException">
    /// InvalidServerName: the text names no server. InvalidThumbprint: it is not one of SHA-256. ClearTextConnection: http to another machine, not asked for.
    /// </exception>
    public static VimServer Http(string host, VimHttpOptions options)
    {
        Uri address = HttpConnection.ParseAddress(host);
        HttpConnection connection = new(host, address, options);
        IVimTransport transport = new HttpVimTransport(connection);
        if (options.Trace is not null)
        {
            transport = new TracingTransport(transport, options.Trace, SystemClock.Instance);
        }

        return new VimServer(host, new RetryingTransport(transport, SystemClock.Instance), new HttpFileTransport(connection), SystemClock.Instance, new HttpGuestFiles(connection, options))
        {
            KeepAlive = TimeSpan.FromMinutes(10),
        };
    }

    /// <summary>Closes the connections. Sessions on the server end with a logout before.</summary>
    public void Dispose()
    {
        Transport.Dispose();
        (GuestFiles as IDisposable)?.Dispose();
    }
}
