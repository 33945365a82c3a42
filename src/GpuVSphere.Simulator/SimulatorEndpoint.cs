using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator;

/// <summary>An open port of a simulator, speaking HTTP/1.1 or HTTPS.</summary>
public sealed class SimulatorEndpoint : IDisposable
{
    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;
    private readonly RequestHandler _handler;
    private readonly CancellationTokenSource _stop;
    private readonly HashSet<TcpClient> _clients = [];

    internal SimulatorEndpoint(SimulatorListenOptions options, RequestHandler handler, CancellationToken stopped)
    {
        if (options.Certificate is { HasPrivateKey: false })
        {
            throw new ArgumentException("The certificate of the simulator has no private key: load it with its key, as from a .pfx file.", nameof(options));
        }

        _certificate = options.Certificate;
        _handler = handler;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        _listener = new TcpListener(options.Address, options.Port);
        _listener.Start();
        int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        IPAddress reachable = options.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : options.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : options.Address;
        Uri = new UriBuilder(_certificate is null ? "http" : "https", reachable.ToString(), port).Uri;
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens, such as <c>https://127.0.0.1:40123/</c>; the API is below it at <c>/sdk</c>.</summary>
    public Uri Uri { get; }

    /// <summary>The name and port, as a client is given them.</summary>
    public string HostAndPort => Uri.Authority;

    /// <summary>Closes the port and every connection to it. What was being answered is dropped.</summary>
    public void Dispose()
    {
        lock (_clients)
        {
            if (_stop.IsCancellationRequested && _clients.Count == 0)
            {
                _listener.Stop();
                return;
            }
        }

        _stop.Cancel();
        _listener.Stop();
        lock (_clients)
        {
            foreach (TcpClient client in _clients)
            {
                client.Dispose();
            }

            _clients.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Closed, or a client that was gone before it was accepted.
                if (_stop.IsCancellationRequested || e is not SocketException)
                {
                    return;
                }

                continue;
            }

            lock (_clients)
            {
                if (_stop.IsCancellationRequested)
                {
                    client.Dispose();
                    return;
                }

                _clients.Add(client);
            }

            _ = Task.Run(() => ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            client.NoDelay = true;
            string remote = ((IPEndPoint)client.Client.RemoteEndPoint!).Address.ToString();
            Stream stream = client.GetStream();
            if (_certificate is not null)
            {
                SslStream tls = new(stream, leaveInnerStreamOpen: false);
                await tls.AuthenticateAsServerAsync(_certificate, clientCertificateRequired: false, SslProtocols.None, checkCertificateRevocation: false).ConfigureAwait(false);
                stream = tls;
            }

            using (stream)
            {
                HttpConversation conversation = new(stream, remote, _certificate is not null, _handler);
                await conversation.RunAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException or InvalidOperationException)
        {
            // The client went away, or spoke no TLS, or the simulator ends: the connection is closed, and that is the answer.
        }
        finally
        {
            lock (_clients)
            {
                _clients.Remove(client);
            }

            client.Dispose();
        }
    }
}
