using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Peers.Tests;

/// <summary>FlexDirect's operations over a real sshd: a server and a client, each a guest of its own; the scheduler is a process that listens on a real port.</summary>
public sealed class SshFlexDirectTests
{
    private const string Server = "flex-gpu-01";
    private const string Client = "flex-cpu-01";
    internal const string Key = "FL3X-K3Y-THAT-N0B0DY-SEES";

    // Of the quick clock: half a minute.
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly GuestChangeOptions s_none = new();

    internal static string Gpu => GuestLab.Device("GV100GL [Tesla V100 PCIe 32GB] [10de:1db6]", "Tesla V100-PCIE-32GB", "Pass-Through", 32768) + "\n" + GuestLab.Installed("418.87.00", "stock");

    // What init compares the key with, which nobody can read the key from.
    internal static string Keys => $"printf '%s\\n' '{PeerRun.Of("openssl", "openssl", ["passwd", "-6", "-salt", "guest", Key], null, TimeSpan.FromMinutes(1)).Succeeded().Trim()}' > /usr/lib/guest/flexdirect/key";

    internal static string Licensed => "bash /usr/lib/guest/flexdirect/installer > /dev/null; mkdir -p /var/lib/flexdirect; echo ready > /var/lib/flexdirect/license";

    [SkippableFact]
    public async Task From_nothing_to_a_program_on_another_machines_gpu()
    {
        using GuestLab lab = await GuestLab.StartAsync("flexdirect", 1, (Server, Gpu + "\n" + Keys), (Client, Keys + "\nln -sf bash /usr/bin/sh"));
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        PlanTarget[] both = lab.Vms(Server, Client);
        int port = FreePort();

        // Without the program each command says so. The shell of one guest is dash, where this machine's is, and that of the other bash.
        Assert.Equal("FlexDirectMissing", (await Assert.ThrowsAsync<GpuVSphereException>(() => lab.AskAsync(Client, shell => FlexDirectReader.ReadGpusAsync(lab.Vm(Client), shell, Assert.Fail, CancellationToken.None)))).Id);
        Assert.All((await lab.PlanAsync(FlexDirectIntents.License(both, true, false, s_none))).Findings, finding => Assert.Contains("Install-FlexDirect", finding.NextStep, StringComparison.Ordinal));

        // One guest is given the file, the other fetches it.
        string file = lab.File("flexdirect.sh", string.Empty, "flexdirect/installer");
        await lab.DoneAsync(FlexDirectIntents.Install([both[0]], new InstallWish { Path = file }, s_none));
        using (HttpListener web = Serve(file, out string address))
        {
            ChangeResult fetched = await lab.DoneAsync(FlexDirectIntents.Install([both[1]], new InstallWish { Source = address + "flexdirect.sh", Sha256 = Sum(file) }, s_none));
            Assert.Equal("/usr/bin/flexdirect is there.", fetched.Message);
        }

        // A key that is not taken, and then the right one; neither is to be seen.
        lab.Secrets[FlexDirectIntents.LicenseKeySecret] = GuestLab.Secret("WR0NG-K3Y-THAT-N0B0DY-SEES");
        GpuVSphereException refused = await lab.FailsAsync(FlexDirectIntents.License([both[0]], true, false, s_none));
        Assert.Equal("FlexDirectLicenseRefused", refused.Id);
        Assert.Contains("the license key (key) is invalid", refused.Message, StringComparison.Ordinal);
        lab.Secrets[FlexDirectIntents.LicenseKeySecret] = GuestLab.Secret(Key);
        Assert.All(await lab.RunAsync(FlexDirectIntents.License(both, true, false, s_none)), result => Assert.True(result.Outcome == ChangeOutcome.Done, result.Message));

        // The scheduler outlives the session that started it, as a service.
        ChangeResult started = await lab.DoneAsync(FlexDirectIntents.StartScheduler([both[0]], new SchedulerWish { GpuCount = 1, Port = port }, Patience, s_none));
        Assert.Equal($"Running resource scheduler on 0.0.0.0:{Text(port)} using 1 GPUs (0) with 32768 MiB of memory each", started.Message);
        GuestMachine server = lab.Guest(Server);
        Assert.Contains(server.Processes(), words => words == $"/usr/bin/flexdirect resource_scheduler -n 1 -s {Text(port)}");
        FlexDirectScheduler running = Assert.Single(await lab.AskAsync(Server, shell => FlexDirectReader.ReadSchedulersAsync(lab.Vm(Server), shell, CancellationToken.None)));
        Assert.Equal((port, 1, 32768, "flexdirect-scheduler-" + Text(port)), (running.Port, running.GpuCount, running.MemoryMB, running.Service));

        // The client is told of it, and sees and uses its GPU.
        await lab.DoneAsync(FlexDirectIntents.SetServers([both[1]], new ServersWish { Addresses = ["127.0.0.1:" + Text(port)] }, s_none));
        Assert.Equal($"127.0.0.1:{Text(port)}\n", lab.Guest(Client).Read("/etc/bitfusionio/servers.conf"));
        FlexDirectServer named = Assert.Single(await lab.AskAsync(Client, shell => FlexDirectReader.ReadServersAsync(lab.Vm(Client), shell, null, Assert.Fail, CancellationToken.None)));
        Assert.Equal(("127.0.0.1", port), (named.ServerAddress, named.Port));
        FlexDirectGpu gpu = Assert.Single(await lab.AskAsync(Client, shell => FlexDirectReader.ReadGpusAsync(lab.Vm(Client), shell, Assert.Fail, CancellationToken.None)));
        Assert.Equal(($"127.0.0.1:{Text(port)}", 0, "Tesla V100-PCIE-32GB", 32768, 32768), (gpu.ServerAddress, gpu.Index, gpu.Name, gpu.MemoryMB, gpu.FreeMemoryMB));
        Assert.Equal("418.87.00", Assert.Single(await lab.AskAsync(Client, shell => FlexDirectReader.ReadSmiAsync(lab.Vm(Client), shell, Assert.Fail, CancellationToken.None))).DriverVersion);
        FlexDirectRun run = await lab.AskAsync(Client, shell => FlexDirectReader.RunAsync(lab.Vm(Client), shell, new FlexDirectRunRequest { Program = "nvidia-smi", Arguments = ["-L"], MemoryMB = 2048 }, null, CancellationToken.None));
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("GPU 0: Tesla V100-PCIE-32GB (UUID: ", Assert.Single(run.Output), StringComparison.Ordinal);
        Assert.Null(lab.Guest(Client).Read("/usr/bin/nvidia-smi"));

        // All is well, and all of it once more changes nothing.
        foreach (string vm in new[] { Server, Client })
        {
            Assert.All(await lab.AskAsync(vm, shell => FlexDirectReader.ReadHealthAsync(lab.Vm(vm), shell, null, CancellationToken.None)), check => Assert.True(check.Status == FlexDirectHealthStatus.Passed, check.Text));
        }

        foreach (ChangeIntent again in new[]
        {
            FlexDirectIntents.Install(both, new InstallWish { Path = file }, s_none),
            FlexDirectIntents.License(both, true, false, s_none),
            FlexDirectIntents.StartScheduler([both[0]], new SchedulerWish { Port = port }, Patience, s_none),
            FlexDirectIntents.SetServers([both[1]], new ServersWish { Add = ["127.0.0.1:" + Text(port)] }, s_none),
        })
        {
            Assert.True((await lab.PlanAsync(again)).IsEmpty, again.Title);
        }

        // Stopped, it is gone with its service, and the client says which server does not answer.
        await lab.DoneAsync(FlexDirectIntents.StopScheduler([both[0]], null, s_none));
        Assert.DoesNotContain(server.Processes(), words => words.Contains("resource_scheduler", StringComparison.Ordinal));
        Assert.Null(server.Read($"/etc/systemd/system/flexdirect-scheduler-{Text(port)}.service"));
        GpuVSphereException down = await Assert.ThrowsAsync<GpuVSphereException>(() => lab.AskAsync(Client, shell => FlexDirectReader.ReadGpusAsync(lab.Vm(Client), shell, _ => { }, CancellationToken.None)));
        Assert.Equal("FlexDirectSchedulerDown", down.Id);
        Assert.Contains($"127.0.0.1:{Text(port)}", down.Message, StringComparison.Ordinal);
        foreach (string vm in new[] { Server, Client })
        {
            Assert.Empty(lab.Guest(vm).Leftovers());

            // What could be seen of processes while the key and the password were about was noted, and holds neither.
            Assert.Contains("/usr/bin/flexdirect\ninit\n", lab.Guest(vm).Read("/run/seen"), StringComparison.Ordinal);
            Assert.All(["K3Y-THAT-N0B0DY-SEES", GuestMachine.Password], secret => Assert.Empty(lab.Guest(vm).Holding(secret)));
        }
    }

    [SkippableFact]
    public async Task A_scheduler_whose_port_is_taken_is_explained_and_leaves_no_service_and_without_systemd_it_runs_in_the_background()
    {
        using GuestLab lab = await GuestLab.StartAsync("flexdirect", 1, (Server, Gpu + "\n" + Licensed));
        lab.Reuse();
        GuestMachine guest = lab.Guest(Server);
        using TcpListener taken = new(IPAddress.Any, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        GpuVSphereException failed = await lab.FailsAsync(FlexDirectIntents.StartScheduler(lab.Vms(Server), new SchedulerWish { Port = port }, Patience, s_none));

        Assert.Equal("FlexDirectSchedulerFailed", failed.Id);
        Assert.Contains("bind: address already in use", failed.Message, StringComparison.Ordinal);
        Assert.Contains("-Port", failed.NextStep, StringComparison.Ordinal);
        Assert.Null(guest.Read($"/etc/systemd/system/flexdirect-scheduler-{Text(port)}.service"));
        Assert.DoesNotContain(guest.Processes(), words => words.Contains("flexdirect", StringComparison.Ordinal));
        taken.Stop();

        guest.DeleteFolder("/run/systemd/system");
        await lab.DoneAsync(FlexDirectIntents.StartScheduler(lab.Vms(Server), new SchedulerWish { Port = port, Devices = [0], ListenAddress = "127.0.0.1" }, Patience, s_none));

        FlexDirectScheduler running = Assert.Single(await lab.AskAsync(Server, shell => FlexDirectReader.ReadSchedulersAsync(lab.Vm(Server), shell, CancellationToken.None)));
        Assert.Equal(("127.0.0.1", port, null), (running.ListenAddress, running.Port, running.Service));
        Assert.Contains(guest.Processes(), words => words == $"/usr/bin/flexdirect resource_scheduler -d 0 -l 127.0.0.1 -s {Text(port)}");
        await lab.DoneAsync(FlexDirectIntents.StopScheduler(lab.Vms(Server), port, s_none));
        Assert.DoesNotContain(guest.Processes(), words => words.Contains("flexdirect", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
    }

    [SkippableFact]
    public async Task A_program_gives_its_output_as_it_comes_and_its_exit_code_and_is_ended_with_its_children()
    {
        using GuestLab lab = await GuestLab.StartAsync("flexdirect", 1, (Server, Gpu + "\n" + Licensed));
        GuestMachine guest = lab.Guest(Server);
        const string Hostile = "a  b'c\"$HOME\\ü|;& `id` $(id) *";
        ConcurrentQueue<string> lines = [];
        TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Each word as it is; a line before the program's end; its own exit code.
        Task<FlexDirectRun> running = RunAsync(
            lab,
            new FlexDirectRunRequest { IsLocal = true, Program = "/bin/sh", Arguments = ["-c", "printf '%s\\n' \"$1\"; while [ ! -e /run/go ]; do sleep 0.1; done; echo late >&2; exit 7", "sh", Hostile] },
            line =>
            {
                lines.Enqueue(line);
                first.TrySetResult();
            });
        await first.Task.WaitAsync(TimeSpan.FromMinutes(2));
        Assert.False(running.IsCompleted);
        Assert.Equal([Hostile], lines);
        guest.Write("/run/go", string.Empty);
        FlexDirectRun run = await running;
        Assert.Equal((7, "late"), (run.ExitCode, Assert.Single(run.ErrorOutput)));

        // Too long, and stopped: the program and what it started are gone.
        string[] endless = ["-c", "sleep 98765 & sleep 98765 | cat"];
        FlexDirectRunTimeoutException late;
        TimeSpan limit = TimeSpan.FromSeconds(5);
        do
        {
            // On a busy machine the time may be over before it has begun: it is given more then.
            late = await Assert.ThrowsAsync<FlexDirectRunTimeoutException>(
                () => RunAsync(lab, new FlexDirectRunRequest { IsLocal = true, Program = "/bin/sh", Arguments = ["-c", "echo begun; " + endless[1]], TimeLimit = limit }, null));
            limit *= 4;
        }
        while (late.Run.Output.Length == 0 && limit < TimeSpan.FromMinutes(10));
        Assert.Equal(("FlexDirectRunTimeout", true, "begun"), (late.Id, late.Run.IsTimedOut, Assert.Single(late.Run.Output)));
        await UntilAsync(() => !guest.Processes().Any(words => words.Contains("98765", StringComparison.Ordinal)));
        using CancellationTokenSource stop = new();
        Task<FlexDirectRun> stopped = RunAsync(lab, new FlexDirectRunRequest { IsLocal = true, Program = "/bin/sh", Arguments = endless }, null, stop.Token);
        await UntilAsync(() => guest.Processes().Count(words => words == "sleep 98765") == 2);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        await UntilAsync(() => !guest.Processes().Any(words => words.Contains("98765", StringComparison.Ordinal)));
    }

    private static Task<FlexDirectRun> RunAsync(GuestLab lab, FlexDirectRunRequest request, Action<string>? line, CancellationToken stop = default) =>
        lab.AskAsync(Server, shell => FlexDirectReader.RunAsync(lab.Vm(Server), shell, request, line, stop));

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); !condition(); await Task.Delay(50))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), "It did not come to that.");
        }
    }

    internal static HttpListener Serve(string file, out string address)
    {
        address = $"http://127.0.0.1:{Text(FreePort())}/";
        HttpListener web = new();
        web.Prefixes.Add(address);
        web.Start();
        _ = AnswerAsync(web, file);
        return web;
    }

    private static async Task AnswerAsync(HttpListener web, string file)
    {
        try
        {
            while (true)
            {
                HttpListenerContext call = await web.GetContextAsync();
                call.Response.StatusCode = call.Request.Url!.AbsolutePath == "/" + Path.GetFileName(file) ? 200 : 404;
                if (call.Response.StatusCode == 200)
                {
                    call.Response.OutputStream.Write(await File.ReadAllBytesAsync(file));
                }

                call.Response.Close();
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or HttpListenerException)
        {
            // It was closed.
        }
    }

    internal static string Sum(string file) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))).ToLowerInvariant();

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
