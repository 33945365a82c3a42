using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace GpuVSphere.Peers.Tests;

/// <summary>A running vcsim on a free port of 127.0.0.1, over HTTPS with its own certificate, user <c>user</c>, password <c>pass</c>.</summary>
internal sealed class VcsimServer : IDisposable
{
    private readonly Process _process;

    private VcsimServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where it listens, as <c>https://127.0.0.1:port/sdk</c>.</summary>
    public Uri Address { get; }

    /// <summary>The name and port, as one gives it to a client.</summary>
    public string HostAndPort => Address.Authority;

    /// <summary>The user name it accepts.</summary>
    public string UserName => "user";

    /// <summary>The password it accepts.</summary>
    public string Password => "pass";

    /// <summary>What govc needs to reach it.</summary>
    public IReadOnlyDictionary<string, string> GovcEnvironment => new Dictionary<string, string>
    {
        ["GOVC_URL"] = $"https://{UserName}:{Password}@{HostAndPort}/sdk",
        ["GOVC_INSECURE"] = "true",
        ["GOVC_PERSIST_SESSION"] = "false",
    };

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="arguments">What to simulate: <c>-cluster 1 -host 2 -vm 3</c> and the like, or <c>-load folder</c>.</param>
    public static VcsimServer Start(params string[] arguments)
    {
        int port = FreePort();
        string address = $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
        ProcessStartInfo start = new(Peer.Vcsim.Path, ["-l", address, "-username", "user", "-password", "pass", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        VcsimServer server = new(process, new Uri($"https://{address}/sdk"));
        try
        {
            server.WaitUntilItListens(port, TimeSpan.FromSeconds(90));
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A vCenter whose hosts have an A100 80GB (shared direct) and an L40S (passthrough), by govc and gpu_inventory.py.
    /// Needs <see cref="Peer.Vcsim"/>, <see cref="Peer.Govc"/>, <see cref="Peer.Pyvmomi"/> for its Python, and <see cref="Peer.GpuInventory"/>.
    /// </summary>
    /// <param name="folder">An empty folder for the saved inventory.</param>
    /// <param name="arguments">The inventory to begin with.</param>
    public static VcsimServer StartWithGpus(string folder, params string[] arguments)
    {
        string saved = Path.Combine(folder, "inv");
        using (VcsimServer plain = Start(arguments))
        {
            Peer.Govc.Run(["object.save", "-d", saved], plain.GovcEnvironment, TimeSpan.FromMinutes(3)).Succeeded();
        }

        Peer.Pyvmomi.Run([Peer.GpuInventory.Path, saved, "--managers"], null, TimeSpan.FromMinutes(3)).Succeeded();
        return Start("-load", saved);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(5000);
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilItListens(int port, TimeSpan limit)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < limit; Thread.Sleep(20))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"vcsim ended at its start with {_process.ExitCode}.");
            }

            try
            {
                using TcpClient client = new();
                client.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                // Not listening yet.
            }
        }

        throw new TimeoutException($"vcsim did not listen on port {port} within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s.");
    }
}
