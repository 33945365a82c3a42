using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;

namespace GpuVSphere.Peers.Tests;

/// <summary>Guests of the family of Red Hat over a real sshd: packages come by the real dnf and rpm, with a database and a repository of the guest's own.</summary>
public sealed class SshRedHatTests
{
    private const string Vm = GuestLab.VgpuVm;
    private const string License = "client-01";
    private const string Server = "flex-gpu-01";

    private static readonly GuestChangeOptions s_none = new();

    [SkippableFact]
    public async Task From_nouveau_to_a_driver_behind_a_reboot_with_what_it_needs_by_dnf()
    {
        using GuestLab lab = await VgpuAsync("dnf", "compiler headers", "; : > /etc/has-nouveau; echo 'nouveau 2306048 1 - Live 0x0000000000000000' >> /run/modules");
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        ChangeIntent install = GuestDriverIntents.Install(lab.Vms(Vm), lab.DriverFile(), acceptEula: true, upgradePackages: true, stopGpuProcess: false, new GuestChangeOptions { Reboot = true });
        ChangePlan plan = await lab.PlanAsync(install);
        Assert.Equal("gcc make kernel-devel-4.18.0-553.16.1.el8_10.x86_64 elfutils-libelf-devel", plan.Changes.Single(change => change.Property == "packages").After);

        ChangeResult result = await lab.DoneAsync(install);

        Assert.Contains("driver 470.63.01, GRID P100-8Q", result.Message, StringComparison.Ordinal);
        Assert.Contains("blacklist nouveau", guest.Read("/etc/initramfs-modprobe"), StringComparison.Ordinal);
        Assert.DoesNotContain("nouveau", guest.Read("/run/modules"), StringComparison.Ordinal);
        Assert.Equal("elfutils-libelf-devel gcc kernel-devel make", await InstalledAsync(lab, Vm));
        Assert.Contains(lab.Feedback.Lines, line => line.Contains("Complete!", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
        IReadOnlyDictionary<string, GuestGpuCheck> checks = await lab.TestAsync(Vm);
        Assert.All(["GpuSeen", "BarAssigned", "Driver", "NvidiaSmi", "VirtualizationMode", "Cuda"], check => Assert.True(checks[check].Outcome is GuestCheckOutcome.Passed, $"{check}: {checks[check].Outcome}: {checks[check].Seen}"));
        Assert.True((await lab.PlanAsync(GuestDriverIntents.Install(lab.Vms(Vm), lab.DriverFile(), true, false, false, s_none))).IsEmpty);
        Assert.Empty(guest.Holding(GuestMachine.Password));
    }

    [SkippableFact]
    public async Task A_driver_as_an_rpm_comes_by_yum_after_nouveau_was_unloaded_without_a_restart()
    {
        const string Package = "nvidia-linux-grid-470-470.63.01-1.x86_64.rpm";
        using GuestLab lab = await VgpuAsync("yum", "compiler headers driver", "; : > /etc/has-nouveau; echo 'nouveau 2306048 0 - Live 0x0000000000000000' >> /run/modules");
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        string package = lab.Copy(Vm, "/opt/" + Package);
        guest.Delete("/opt/" + Package);
        string boot = guest.Read("/run/boot_id")!;
        ChangeIntent install = GuestDriverIntents.Install(lab.Vms(Vm), package, acceptEula: true, upgradePackages: false, stopGpuProcess: false, s_none);

        // It comes into use between the look and the change: then it stays, and a restart is what helps.
        guest.Order("busy-nouveau");
        GpuVSphereException busy = await lab.FailsAsync(install);
        Assert.Equal("NouveauLoaded", busy.Id);
        Assert.Contains("Module nouveau is in use", busy.Message, StringComparison.Ordinal);
        Assert.Contains("-Reboot", busy.NextStep, StringComparison.Ordinal);
        Assert.Contains("nouveau ", guest.Read("/run/modules"), StringComparison.Ordinal);
        guest.Revoke("busy-nouveau");
        guest.Write("/run/modules", guest.Read("/run/modules")!.Replace("nouveau 2306048 1 ", "nouveau 2306048 0 ", StringComparison.Ordinal));

        ChangeResult result = await lab.DoneAsync(install);

        Assert.Contains("driver 470.63.01, GRID P100-8Q", result.Message, StringComparison.Ordinal);
        Assert.Contains("nouveau was unloaded: nothing used it.", string.Join('\n', lab.Feedback.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("nouveau", guest.Read("/run/modules"), StringComparison.Ordinal);
        Assert.Contains("blacklist nouveau", guest.Read("/etc/initramfs-modprobe"), StringComparison.Ordinal);
        Assert.Equal(boot, guest.Read("/run/boot_id"));
        Assert.Equal("elfutils-libelf-devel gcc kernel-devel make nvidia-linux-grid-470", await InstalledAsync(lab, Vm));
        Assert.Empty(guest.Leftovers());
        Assert.True((await lab.PlanAsync(install)).IsEmpty);

        // And back: what came with the driver goes, what it needed stays, and so does what the change before, which failed, did to nouveau.
        ChangeResult undone = await lab.UndoneAsync(result);
        Assert.Contains("no nvidia-smi", undone.Message, StringComparison.Ordinal);
        Assert.Equal("elfutils-libelf-devel gcc kernel-devel make", await InstalledAsync(lab, Vm));
        Assert.Null(guest.Read("/usr/bin/nvidia-smi"));
        Assert.DoesNotContain("nvidia", guest.Read("/run/modules"), StringComparison.Ordinal);
        Assert.Contains("blacklist nouveau", guest.Read("/etc/modprobe.d/gpuvsphere-nouveau.conf"), StringComparison.Ordinal);
        Assert.DoesNotContain(guest.Processes(), words => words.Contains("nvidia-gridd", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_licence_is_read_from_messages_and_the_toolkit_comes_from_a_repository_that_an_rpm_brings()
    {
        const string Package = "cuda-repo-rhel8-11-4-local-11.4.1_470.57.02-1.x86_64.rpm";
        Peer.Dnf.Require();
        using LicenseServer server = new() { Answer = "No licenses left" };
        using GuestLab lab = await GuestLab.StartAsync("guests", 1, (License, $"{GuestLab.VgpuDevice}\n{Family("dnf", "cuda")}\n{GuestLab.Installed("470.63.01", "grid")}"));
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        GuestMachine guest = lab.Guest(License);

        // What tells of the licence is in messages alone.
        guest.Delete("/usr/bin/journalctl");
        ChangeIntent licence = VgpuLicenseIntents.Legacy(lab.Vms(License), "127.0.0.1", server.Port, null, null, null, false, s_none, 600);
        GpuVSphereException refused = await lab.FailsAsync(licence);
        Assert.Equal("LicenseNoneLeft", refused.Id);
        Assert.Contains("Error: No licenses left", refused.Message, StringComparison.Ordinal);
        Assert.Contains("No licenses left", guest.Read("/var/log/messages"), StringComparison.Ordinal);
        server.Answer = "granted";
        Assert.Contains("licensed for NVIDIA RTX Virtual Workstation by http://127.0.0.1", (await lab.DoneAsync(licence)).Message, StringComparison.Ordinal);

        string repository = lab.Copy(License, "/opt/" + Package);
        guest.Delete("/opt/" + Package);
        Finding none = Assert.Single((await lab.PlanAsync(CudaToolkitIntents.FromRepository(lab.Vms(License), "11.4", true, true, s_none))).Findings, finding => finding.Blocks);
        Assert.Equal("CudaPackageUnavailable", none.ErrorId);
        ChangeResult result = await lab.DoneAsync(CudaToolkitIntents.FromFile(lab.Vms(License), repository, [], null, true, false, true, s_none));
        Assert.Contains("CUDA 11.4.1 is in /usr/local/cuda-11.4", result.Message, StringComparison.Ordinal);
        Assert.Equal("cuda-repo-rhel8-11-4-local cuda-toolkit-11-4", await InstalledAsync(lab, License));
        Assert.True((await lab.PlanAsync(CudaToolkitIntents.FromRepository(lab.Vms(License), "11.4", true, true, s_none))).IsEmpty);
        Assert.Empty(guest.Leftovers());
        Assert.Empty(guest.Holding(GuestMachine.Password));
    }

    [SkippableFact]
    public async Task Under_its_later_name_FlexDirect_comes_as_an_rpm_and_is_told_of_servers_in_the_later_form()
    {
        const string Package = "bitfusion-client-2.5.0-10.x86_64.rpm";
        Peer.Dnf.Require();
        using GuestLab lab = await GuestLab.StartAsync("flexdirect", 1, (Server, $"{Family("dnf", "bitfusion")}\n{SshFlexDirectTests.Gpu}\n{SshFlexDirectTests.Keys}"));
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        GuestMachine guest = lab.Guest(Server);
        PlanTarget[] vm = lab.Vms(Server);
        string package = lab.Copy(Server, "/opt/" + Package);
        guest.Delete("/opt/" + Package);
        int port = SshFlexDirectTests.FreePort();
        string at = SshFlexDirectTests.Text(port);

        Assert.Equal("/usr/bin/bitfusion is there.", (await lab.DoneAsync(FlexDirectIntents.Install(vm, new InstallWish { Path = package }, s_none))).Message);
        Assert.Equal("bitfusion-client", await InstalledAsync(lab, Server));
        lab.Secrets[FlexDirectIntents.LicenseKeySecret] = GuestLab.Secret(SshFlexDirectTests.Key);
        await lab.DoneAsync(FlexDirectIntents.License(vm, true, false, s_none));
        await lab.DoneAsync(FlexDirectIntents.StartScheduler(vm, new SchedulerWish { Port = port }, SshFlexDirectTests.Patience, s_none));
        Assert.Contains(guest.Processes(), words => words == "/usr/bin/bitfusion resource_scheduler -s " + at);

        // The file is the user's own, and YAML.
        string own = Path.Combine("/home", "admin", ".bitfusion", "servers.conf");
        await lab.DoneAsync(FlexDirectIntents.SetServers(vm, new ServersWish { Addresses = ["127.0.0.1:" + at] }, s_none));
        Assert.Equal($"servers:\n- addresses:\n  - 127.0.0.1:{at}\n", guest.Read(own));
        FlexDirectServer named = Assert.Single(await lab.AskAsync(Server, shell => FlexDirectReader.ReadServersAsync(lab.Vm(Server), shell, null, Assert.Fail, CancellationToken.None)));
        Assert.Equal(("127.0.0.1", port, ServersConfForm.Yaml, own), (named.ServerAddress, named.Port, named.Form, named.Path));
        FlexDirectGpu gpu = Assert.Single(await lab.AskAsync(Server, shell => FlexDirectReader.ReadGpusAsync(lab.Vm(Server), shell, Assert.Fail, CancellationToken.None)));
        Assert.Equal(($"127.0.0.1:{at}", "Tesla V100-PCIE-32GB"), (gpu.ServerAddress, gpu.Name));
        FlexDirectRun run = await lab.AskAsync(Server, shell => FlexDirectReader.RunAsync(lab.Vm(Server), shell, new FlexDirectRunRequest { Program = "nvidia-smi", Arguments = ["-L"], MemoryMB = 2048 }, null, CancellationToken.None));
        Assert.Equal((0, 1), (run.ExitCode, run.Output.Length));
        Assert.All(
            await lab.AskAsync(Server, shell => FlexDirectReader.ReadHealthAsync(lab.Vm(Server), shell, null, CancellationToken.None)),
            check => Assert.True(check.Status == FlexDirectHealthStatus.Passed, check.Text));

        // What the program notes beside the addresses stays, and so do comments, mode and owner; the program understands what was written.
        await lab.AskAsync(Server, shell => shell.RunAsync(new($"printf 'servers:\\n# the rack\\n- reachable: 127.0.0.1:{at}\\n  addresses:\\n  - 127.0.0.1:{at}\\n' > {own} && chmod 600 {own}"), CancellationToken.None));
        await lab.DoneAsync(FlexDirectIntents.SetServers(vm, new ServersWish { Add = ["localhost:" + at] }, s_none));
        Assert.Equal($"servers:\n# the rack\n- reachable: 127.0.0.1:{at}\n  addresses:\n  - 127.0.0.1:{at}\n- addresses:\n  - localhost:{at}\n", guest.Read(own));
        Assert.Equal("600 admin\n", await lab.AskAsync(Server, async shell => (await shell.RunAsync(new("stat -c '%a %U' " + own), CancellationToken.None)).Output));
        Assert.Equal(2, (await lab.AskAsync(Server, shell => FlexDirectReader.ReadGpusAsync(lab.Vm(Server), shell, Assert.Fail, CancellationToken.None))).Count);
        await lab.DoneAsync(FlexDirectIntents.SetServers(vm, new ServersWish { Remove = ["127.0.0.1:" + at] }, s_none));
        Assert.Equal($"servers:\n# the rack\n- addresses:\n  - localhost:{at}\n", guest.Read(own));

        await lab.DoneAsync(FlexDirectIntents.StopScheduler(vm, port, s_none));
        Assert.DoesNotContain(guest.Processes(), words => words.Contains("resource_scheduler", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
        Assert.All([SshFlexDirectTests.Key, GuestMachine.Password], secret => Assert.Empty(guest.Holding(secret)));
    }

    private static Task<GuestLab> VgpuAsync(string manager, string packages, string more)
    {
        Peer.Dnf.Require();
        return GuestLab.VgpuAsync(Family(manager, packages) + more);
    }

    private static string Family(string manager, string packages) => $"/bin/sh /usr/lib/guest/redhat/become {manager}; /bin/sh /usr/lib/guest/redhat/packages {packages}";

    // The names in the guest's own database.
    private static async Task<string> InstalledAsync(GuestLab lab, string vm) =>
        string.Join(' ', (await lab.AskAsync(vm, async shell => (await shell.RunAsync(new("rpm -qa --qf '%{NAME}\\n'"), CancellationToken.None)).Output)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
}
