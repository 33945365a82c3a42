using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace GpuVSphere.Peers.Tests;

/// <summary>A running vcsim on a free port of 127.0.0.1, over HTTPS with its own certificate, user <c>user</c>, password <c>pass</c>.</summary>
internal sealed class VcsimServer : IDisposable
{
    private static readonly Regex s_address = new(@"GOVC_URL=https://[^@ ]*@(127\.0\.0\.1:\d+)/sdk", RegexOptions.Compiled);

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
        // On a port that the system chooses while it listens, so that nobody else can take it; its first line says which.
        ProcessStartInfo start = new(Peer.Vcsim.Path, ["-l", "127.0.0.1:0", "-username", "user", "-password", "pass", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        Process process = Process.Start(start)!;
        TaskCompletionSource<Uri> listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                listens.TrySetException(new InvalidOperationException("vcsim ended at its start."));
            }
            else if (s_address.Match(line.Data) is { Success: true } found)
            {
                listens.TrySetResult(new Uri($"https://{found.Groups[1].Value}/sdk"));
            }
        };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new VcsimServer(process, listens.Task.WaitAsync(TimeSpan.FromMinutes(3)).GetAwaiter().GetResult());
        }
        catch
        {
            new VcsimServer(process, new Uri("https://127.0.0.1/sdk")).Dispose();
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
}
