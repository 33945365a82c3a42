using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Peers.Tests;

/// <summary>Guests over a real sshd whose shell and tools are busybox: what is sent works there, or is refused with words.</summary>
public sealed class SshBusyboxTests
{
    private const string Vm = "client-01";
    private const string Server = "flex-gpu-01";
    private const string Busybox = "\n/bin/sh /usr/lib/guest/busybox";

    private static readonly GuestChangeOptions s_none = new();

    [SkippableFact]
    public async Task Commands_and_files_come_through_and_what_is_stopped_is_ended()
    {
        using GuestLab lab = await StartAsync("guests", Vm, string.Empty);
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        await lab.AskAsync(Vm, async shell =>
        {
            Assert.Contains("BusyBox", (await shell.RunAsync(new("readlink -f /bin/sh; /bin/sh --help 2>&1"), CancellationToken.None)).Output, StringComparison.Ordinal);
            Assert.Equal(new ShellResult(3, "a  b'c\"$HOME\\ü|;&\n", "no\n"), await shell.RunAsync(new("printf '%s\\n' 'a  b'\\''c\"$HOME\\ü|;&'; echo no >&2; exit 3"), CancellationToken.None));
            Assert.Equal(new ShellResult(255, "", ""), await shell.RunAsync(new("exit 255"), CancellationToken.None));
            Assert.Equal(new ShellResult(0, "0\nsecret ü", ""), await shell.RunAsync(new("id -u; cat") { AsRoot = true, Input = GuestLab.Secret("secret ü") }, CancellationToken.None));

            // A file is replaced whole, with mode and owner as they were, also behind a link.
            const string Path = "/etc/it's $HOME `x` \"ü\".conf";
            byte[] bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];
            await shell.WriteFileAsync(Path, new MemoryStream(bytes), bytes.Length, new GuestFileOptions { Mode = "0640", Owner = "admin" }, CancellationToken.None);
            Assert.Equal(bytes, await shell.ReadFileAsync(Path, CancellationToken.None));
            await shell.WriteFileAsync(Path, new MemoryStream([1, 2]), 2, GuestFileOptions.Default, CancellationToken.None);
            Assert.Equal("640 admin 2\n", (await shell.RunAsync(new("stat -c '%a %U %s' '/etc/it'\\''s $HOME `x` \"ü\".conf'"), CancellationToken.None)).Output);
            GpuVSphereException broken = await Assert.ThrowsAsync<GpuVSphereException>(() => shell.WriteFileAsync(Path, new MemoryStream([1, 2]), 3, GuestFileOptions.Default, CancellationToken.None));
            Assert.Equal("GuestFileFailed", broken.Id);
            Assert.Equal([1, 2], await shell.ReadFileAsync(Path, CancellationToken.None));
            await shell.RunAsync(new("ln -s /etc/hostname /etc/link; chmod 600 /etc/hostname") { AsRoot = true }, CancellationToken.None);
            await shell.WriteFileAsync("/etc/link", new MemoryStream([65]), 1, GuestFileOptions.Default, CancellationToken.None);
            Assert.Equal("600 root\n", (await shell.RunAsync(new("stat -c '%a %U' /etc/link"), CancellationToken.None)).Output);
            await shell.DeleteFileAsync(Path, CancellationToken.None);
            Assert.Null(await shell.ReadFileAsync(Path, CancellationToken.None));

            foreach (bool isRoot in new[] { false, true })
            {
                using CancellationTokenSource stop = new();
                Task<ShellResult> running = shell.RunAsync(new("sleep 98765 & sleep 98765 | cat; echo never") { AsRoot = isRoot }, stop.Token);
                await UntilAsync(() => Sleeping(guest) == 2);
                stop.Cancel();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
                await UntilAsync(() => Sleeping(guest) == 0);
            }

            return true;
        });
        Assert.Empty(guest.Leftovers());
        Assert.Empty(guest.Holding(GuestMachine.Password));
    }

    [SkippableFact]
    public async Task From_nouveau_to_a_driver_behind_a_reboot()
    {
        Peer.Busybox.Require();
        using GuestLab lab = await GuestLab.VgpuAsync(
            "/bin/sh /usr/lib/guest/packages compiler headers; : > /etc/has-nouveau; echo 'nouveau 2306048 1 - Live 0x0000000000000000' >> /run/modules" + Busybox);
        lab.Reuse();
        GuestMachine guest = lab.Guest(GuestLab.VgpuVm);
        ChangeIntent install = GuestDriverIntents.Install(lab.Vms(GuestLab.VgpuVm), lab.DriverFile(), acceptEula: true, upgradePackages: false, stopGpuProcess: false, new GuestChangeOptions { Reboot = true });

        Assert.Contains("driver 470.63.01, GRID P100-8Q", (await lab.DoneAsync(install)).Message, StringComparison.Ordinal);

        Assert.DoesNotContain("nouveau", guest.Read("/run/modules"), StringComparison.Ordinal);
        IReadOnlyDictionary<string, GuestGpuCheck> checks = await lab.TestAsync(GuestLab.VgpuVm);
        Assert.All(["GpuSeen", "BarAssigned", "Driver", "NvidiaSmi", "VirtualizationMode", "Cuda"], check => Assert.True(checks[check].Outcome is GuestCheckOutcome.Passed, $"{check}: {checks[check].Outcome}: {checks[check].Seen}"));
        Assert.True((await lab.PlanAsync(install)).IsEmpty);
        Assert.Empty(guest.Leftovers());
    }

    [SkippableFact]
    public async Task A_licence_and_a_toolkit_come_and_without_a_package_manager_that_is_known_it_is_said()
    {
        using LicenseServer server = new() { Answer = "granted" };
        using GuestLab lab = await StartAsync("guests", Vm, $"{GuestLab.VgpuDevice}\n{GuestLab.Installed("470.63.01", "grid")}\nprintf '# kept\\nServerPort=1\\n' > /etc/nvidia/gridd.conf; chmod 640 /etc/nvidia/gridd.conf");
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        ChangeIntent licence = VgpuLicenseIntents.Legacy(lab.Vms(Vm), "127.0.0.1", server.Port, null, null, null, false, s_none, 600);

        Assert.Contains("licensed for NVIDIA RTX Virtual Workstation by http://127.0.0.1", (await lab.DoneAsync(licence)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"# kept\nServerPort={server.Port}\n", guest.Read("/etc/nvidia/gridd.conf"), StringComparison.Ordinal);
        Assert.True((await lab.PlanAsync(licence)).IsEmpty);

        ChangeIntent toolkit = CudaToolkitIntents.FromFile(
            lab.Vms(Vm), lab.File("cuda_9.1.85_387.26_linux.run", "#!/bin/sh\nversion=9.1.85 gcc=6\n", "cuda/toolkit"), [], CudaToolkitIntents.DefaultSamplesFolder, link: true, true, acceptsEula: true, s_none);
        Assert.Contains("vectorAdd: it passed", (await lab.DoneAsync(toolkit)).Message, StringComparison.Ordinal);
        Assert.True((await lab.PlanAsync(toolkit)).IsEmpty);

        foreach (string program in new[] { "apt-get", "gcc" })
        {
            guest.Delete("/usr/bin/" + program);
        }

        Finding unknown = Assert.Single((await lab.PlanAsync(CudaToolkitIntents.FromRepository(lab.Vms(Vm), "11.4", true, true, s_none))).Findings, finding => finding.Blocks);
        Assert.Contains("apt", unknown.Message, StringComparison.Ordinal);
        Assert.Empty(guest.Leftovers());
    }

    [SkippableFact]
    public async Task FlexDirect_is_fetched_started_without_systemd_used_and_stopped()
    {
        using GuestLab lab = await StartAsync("flexdirect", Server, SshFlexDirectTests.Gpu + "\n" + SshFlexDirectTests.Keys + "\nrmdir /run/systemd/system; mv /usr/bin/bash /usr/lib/guest/real/");
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        GuestMachine guest = lab.Guest(Server);
        PlanTarget[] vm = lab.Vms(Server);
        string at = SshFlexDirectTests.Text(SshFlexDirectTests.FreePort());
        string file = lab.File("flexdirect.sh", string.Empty, "flexdirect/installer");

        // busybox's wget would take anybody's word that he is the one; and the installer is a script for bash.
        using (HttpListener web = SshFlexDirectTests.Serve(file, out string address))
        {
            string secure = address.Replace("http:", "https:", StringComparison.Ordinal) + "flexdirect.sh";
            GpuVSphereException unsafely = await lab.FailsAsync(FlexDirectIntents.Install(vm, new InstallWish { Source = secure }, s_none));
            Assert.Equal("FlexDirectDownloadFailed", unsafely.Id);
            Assert.Contains("does not check certificates", unsafely.Message, StringComparison.Ordinal);
            InstallWish wish = new() { Source = address + "flexdirect.sh", Sha256 = SshFlexDirectTests.Sum(file) };
            GpuVSphereException noBash = await lab.FailsAsync(FlexDirectIntents.Install(vm, wish, s_none));
            Assert.Equal("FlexDirectInstallFailed", noBash.Id);
            Assert.Contains("install bash", noBash.NextStep, StringComparison.Ordinal);
            await lab.AskAsync(Server, shell => shell.RunAsync(new("mv /usr/lib/guest/real/bash /usr/bin/") { AsRoot = true }, CancellationToken.None));
            Assert.Equal("/usr/bin/flexdirect is there.", (await lab.DoneAsync(FlexDirectIntents.Install(vm, wish, s_none))).Message);
        }

        lab.Secrets[FlexDirectIntents.LicenseKeySecret] = GuestLab.Secret(SshFlexDirectTests.Key);
        await lab.DoneAsync(FlexDirectIntents.License(vm, true, false, s_none));
        SchedulerWish scheduler = new() { Port = int.Parse(at, System.Globalization.CultureInfo.InvariantCulture), ListenAddress = "127.0.0.1" };
        await lab.DoneAsync(FlexDirectIntents.StartScheduler(vm, scheduler, SshFlexDirectTests.Patience, s_none));
        Assert.Contains(guest.Processes(), words => words == $"/usr/bin/flexdirect resource_scheduler -l 127.0.0.1 -s {at}");
        Assert.True((await lab.PlanAsync(FlexDirectIntents.StartScheduler(vm, scheduler, SshFlexDirectTests.Patience, s_none))).IsEmpty);
        await lab.DoneAsync(FlexDirectIntents.SetServers(vm, new ServersWish { Addresses = ["127.0.0.1:" + at] }, s_none));
        await lab.AskAsync(Server, shell => shell.RunAsync(new("chmod 640 /etc/bitfusionio/servers.conf") { AsRoot = true }, CancellationToken.None));
        await lab.DoneAsync(FlexDirectIntents.SetServers(vm, new ServersWish { Add = ["localhost:" + at] }, s_none));
        Assert.Equal($"127.0.0.1:{at}\nlocalhost:{at}\n", guest.Read("/etc/bitfusionio/servers.conf"));
        Assert.Equal("640 root\n", await lab.AskAsync(Server, async shell => (await shell.RunAsync(new("stat -c '%a %U' /etc/bitfusionio/servers.conf"), CancellationToken.None)).Output));
        await lab.AskAsync(Server, shell => shell.RunAsync(new("chmod 644 /etc/bitfusionio/servers.conf") { AsRoot = true }, CancellationToken.None));
        Assert.Equal(2, (await lab.AskAsync(Server, shell => FlexDirectReader.ReadGpusAsync(lab.Vm(Server), shell, Assert.Fail, CancellationToken.None))).Count);
        Assert.All(
            await lab.AskAsync(Server, shell => FlexDirectReader.ReadHealthAsync(lab.Vm(Server), shell, null, CancellationToken.None)),
            check => Assert.True(check.Status == FlexDirectHealthStatus.Passed, check.Text));
        FlexDirectRun run = await lab.AskAsync(Server, shell => FlexDirectReader.RunAsync(
            lab.Vm(Server), shell, new FlexDirectRunRequest { MemoryMB = 2048, Program = "/bin/sh", Arguments = ["-c", "echo \"$1\"; exit 7", "sh", "it's  $HOME"] }, null, CancellationToken.None));
        Assert.Equal((7, "it's  $HOME"), (run.ExitCode, Assert.Single(run.Output)));

        await lab.DoneAsync(FlexDirectIntents.StopScheduler(vm, null, s_none));
        Assert.DoesNotContain(guest.Processes(), words => words.Contains("resource_scheduler", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
        Assert.All([SshFlexDirectTests.Key, GuestMachine.Password], secret => Assert.Empty(guest.Holding(secret)));
    }

    private static Task<GuestLab> StartAsync(string scenario, string vm, string prepare)
    {
        Peer.Busybox.Require();
        return GuestLab.StartAsync(scenario, 1, (vm, prepare + Busybox));
    }

    private static int Sleeping(GuestMachine guest) => guest.Processes().Count(words => words == "sleep 98765");

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); !condition(); await Task.Delay(50))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), "It did not come to that.");
        }
    }
}
