using System;
using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace GpuVSphere.Peers.Tests;

/// <summary>
/// What a guest's nvidia-gridd asks for licences here: a TCP server on 127.0.0.1 that answers the two lines of who asks and for what. The words of the real
/// servers are not these; that they are asked, and what of it the guest then says, is what is tested.
/// </summary>
internal sealed class LicenseServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public LicenseServer()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What it answers.</summary>
    public string Answer { get; set; } = "granted";

    /// <summary>The first lines that came: how a guest proved that it may ask.</summary>
    public ConcurrentQueue<string> Proofs { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                using StreamReader reader = new(client.GetStream());
                Proofs.Enqueue(await reader.ReadLineAsync() ?? string.Empty);
                await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(Answer));
            }
            catch (IOException)
            {
                // The guest went away.
            }
            catch (Exception error) when (error is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
