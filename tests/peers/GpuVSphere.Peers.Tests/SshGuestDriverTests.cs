using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;

namespace GpuVSphere.Peers.Tests;

/// <summary>Install-NvidiaGuestDriver's operation and Test-GpuGuest's over a real sshd and the shell behind it; compiler and headers come by the real apt and dpkg.</summary>
public sealed class SshGuestDriverTests
{
    private const string Vm = GuestLab.VgpuVm;

    [SkippableFact]
    public async Task From_nouveau_to_a_driver_that_works_behind_a_reboot()
    {
        using GuestLab lab = await GuestLab.VgpuAsync("/bin/sh /usr/lib/guest/packages compiler headers; : > /etc/has-nouveau; echo 'nouveau 2306048 1 - Live 0x0000000000000000' >> /run/modules");
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        IReadOnlyDictionary<string, GuestGpuCheck> before = await lab.TestAsync(Vm);
        Assert.Equal((GuestCheckOutcome.Passed, GuestCheckOutcome.Failed), (before["GpuSeen"].Outcome, before["Driver"].Outcome));
        Assert.Contains("nouveau", before["Driver"].Seen, StringComparison.Ordinal);

        ChangeIntent install = Install(lab, reboot: true);
        ChangePlan plan = await lab.PlanAsync(install);
        Assert.Equal([null, "guest reboot"], plan.Stages.Select(stage => stage.Barrier));
        ChangeResult result = await lab.DoneAsync(install);

        Assert.Contains("driver 470.63.01, GRID P100-8Q", result.Message, StringComparison.Ordinal);
        GuestMachine guest = lab.Guest(Vm);
        Assert.Contains("blacklist nouveau", guest.Read("/etc/initramfs-modprobe"), StringComparison.Ordinal);
        Assert.DoesNotContain("nouveau", guest.Read("/run/modules"), StringComparison.Ordinal);
        Assert.Contains("Status: install ok installed", guest.Read("/var/lib/dpkg/status"), StringComparison.Ordinal);
        Assert.Contains("is now complete", guest.Read("/var/log/nvidia-installer.log"), StringComparison.Ordinal);
        Assert.Contains(lab.Feedback.Lines, line => line.Contains("Setting up build-essential", StringComparison.Ordinal));
        Assert.Contains(lab.Feedback.Lines, line => line.Contains("(harmless) WARNING", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());

        IReadOnlyDictionary<string, GuestGpuCheck> after = await lab.TestAsync(Vm);
        Assert.All(["GpuSeen", "BarAssigned", "Driver", "NvidiaSmi", "VirtualizationMode", "Cuda"], check => Assert.True(after[check].Outcome is GuestCheckOutcome.Passed, $"{check}: {after[check].Outcome}: {after[check].Seen}"));
        Assert.True((await lab.PlanAsync(install)).IsEmpty);

        // And back by the driver's own program, as it came.
        Assert.Contains("no nvidia-smi", (await lab.UndoneAsync(result)).Message, StringComparison.Ordinal);
        Assert.Null(guest.Read("/usr/bin/nvidia-smi"));
        Assert.DoesNotContain("nvidia", guest.Read("/run/modules"), StringComparison.Ordinal);
        Assert.DoesNotContain("blacklist nouveau", guest.Read("/etc/initramfs-modprobe"), StringComparison.Ordinal);
        Assert.DoesNotContain(guest.Processes(), words => words.Contains("nvidia-gridd", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
        Assert.Empty(guest.Holding(GuestMachine.Password));
    }

    [SkippableFact]
    public async Task A_driver_that_does_not_come_to_run_is_said_with_the_kernels_words_and_nothing_is_left_behind()
    {
        using GuestLab lab = await GuestLab.VgpuAsync(GuestLab.Compiler);
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);

        // What would ask at a terminal is refused there: the module is to be installed without one.
        Assert.Contains("has to be accepted", (await lab.FailsAsync(GuestDriverIntents.Install([lab.Vm(Vm)], lab.DriverFile(), false, false, false, new GuestChangeOptions()))).Message, StringComparison.Ordinal);

        guest.Order("unsupported");
        GpuVSphereException refused = await lab.FailsAsync(Install(lab));
        Assert.Equal(("GuestModuleNotLoaded", Vm), (refused.Id, refused.Target));
        Assert.Contains("is not supported by the NVIDIA driver", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Unable to load the kernel module", guest.Read("/var/log/nvidia-installer.log"), StringComparison.Ordinal);
        Assert.Empty(guest.Leftovers());

        // It is loaded, and finds no device.
        guest.Revoke("unsupported");
        guest.Order("no-device");
        guest.Write("/var/log/kern.log", "NVRM: GPU 0000:02:00.0: RmInitAdapter failed! (0x24:0x72:1447)\n");
        GpuVSphereException deaf = await lab.FailsAsync(Install(lab));
        Assert.Equal("GuestDriverNotWorking", deaf.Id);
        Assert.Contains("RmInitAdapter failed", deaf.Message, StringComparison.Ordinal);
        Assert.Empty(guest.Leftovers());
    }

    [SkippableFact]
    public async Task A_driver_that_comes_as_a_package_is_installed_by_apt_with_what_it_needs()
    {
        const string Package = "nvidia-linux-grid-470_470.63.01_amd64.deb";
        using GuestLab lab = await GuestLab.VgpuAsync("/bin/sh /usr/lib/guest/packages compiler headers driver");
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        string file = lab.Copy(Vm, "/opt/" + Package);
        guest.Delete("/opt/" + Package);

        ChangeResult result = await lab.DoneAsync(GuestDriverIntents.Install([lab.Vm(Vm)], file, true, false, false, new GuestChangeOptions()));

        Assert.Contains("driver 470.63.01, GRID P100-8Q", result.Message, StringComparison.Ordinal);
        Assert.Contains(lab.Feedback.Lines, line => line.Contains("Setting up nvidia-linux-grid-470 (470.63.01)", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());

        // And back: what it needed stays.
        Assert.Contains("no nvidia-smi", (await lab.UndoneAsync(result)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("nvidia-linux-grid-470", guest.Read("/var/lib/dpkg/status"), StringComparison.Ordinal);
        Assert.Contains("Package: build-essential", guest.Read("/var/lib/dpkg/status"), StringComparison.Ordinal);
        Assert.Null(guest.Read("/usr/bin/nvidia-smi"));
        Assert.DoesNotContain("nvidia", guest.Read("/run/modules"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_holds_another_driver_is_named_and_ended_on_request_and_its_service_runs_again()
    {
        // A program that does not end when it is asked to.
        using GuestLab lab = await GuestLab.VgpuAsync(
            GuestLab.Installed("470.57.02", "grid") + "; printf '#!/bin/sh\\ntrap \"\" TERM\\nwhile :; do sleep 0.2; done\\n' > /usr/bin/cuda-job; chmod 755 /usr/bin/cuda-job; setsid /usr/bin/cuda-job > /dev/null 2>&1 < /dev/null &");
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        Finding busy = Assert.Single((await lab.PlanAsync(Install(lab))).Findings, finding => finding.Blocks);
        Assert.Contains("/usr/bin/cuda-job", busy.Message, StringComparison.Ordinal);
        Assert.Contains("-StopGpuProcess", busy.NextStep, StringComparison.Ordinal);
        Assert.Contains(guest.Processes(), words => words == "/bin/sh /usr/bin/nvidia-gridd");

        ChangeResult result = await lab.DoneAsync(GuestDriverIntents.Install([lab.Vm(Vm)], lab.DriverFile(), true, false, stopGpuProcess: true, new GuestChangeOptions()));

        Assert.Contains("driver 470.63.01, GRID P100-8Q", result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(guest.Processes(), words => words.Contains("cuda-job", StringComparison.Ordinal));
        Assert.Contains(guest.Processes(), words => words == "/bin/sh /usr/bin/nvidia-gridd");
        Assert.Contains(lab.Feedback.Lines, line => line.EndsWith("nvidia-gridd was started again.", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
    }

    [SkippableFact]
    public async Task A_stop_ends_the_installer_in_the_guest_and_takes_the_upload_away()
    {
        using GuestLab lab = await GuestLab.VgpuAsync(GuestLab.Compiler + "; printf '[Service]\\nExecStart=/bin/sleep 100000\\n' > /etc/systemd/system/nvidia-persistenced.service; systemctl start nvidia-persistenced");
        GuestMachine guest = lab.Guest(Vm);
        guest.Order("slow");
        lab.Reuse();
        using CancellationTokenSource stop = new();
        lab.Feedback.OnVerbose = line =>
        {
            if (line.Contains("Building kernel modules", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        };
        Assert.Contains(guest.Processes(), words => words == "/bin/sleep 100000");

        ChangeResult result = Assert.Single(await lab.RunAsync(Install(lab), stop.Token));

        Assert.True(result.Outcome == ChangeOutcome.Interrupted, $"{result.Outcome}: {result.Message}");
        Assert.DoesNotContain(guest.Processes(), words => words.Contains("NVIDIA-Linux", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
        Assert.Contains(lab.Feedback.Lines, line => line.EndsWith("nvidia-persistenced was started again.", StringComparison.Ordinal));
        Assert.Contains(guest.Processes(), words => words == "/bin/sleep 100000");
        Assert.Null(guest.Read("/usr/bin/nvidia-smi"));
    }

    [SkippableFact]
    public async Task A_connection_that_breaks_within_the_upload_or_the_installer_leaves_nothing_behind()
    {
        using GuestLab lab = await GuestLab.VgpuAsync(GuestLab.Compiler);
        GuestMachine guest = lab.Guest(Vm);
        ChangeIntent install = Install(lab);
        using (FileStream padding = File.Open(lab.DriverFile(), FileMode.Append))
        {
            padding.Write("exit 0\n"u8);
            padding.SetLength(200_000_000);
        }

        // Whole it is not, and so it is not put in its place. What comes from here on has connections of its own.
        lab.Reuse();
        bool isHung = false;
        lab.Feedback.OnStatus = status =>
        {
            if (status.Contains("uploading", StringComparison.Ordinal) && !isHung)
            {
                isHung = true;
                lab.Unuse();
                _ = Task.Run(async () =>
                {
                    while (!guest.Processes().Any(words => words.Contains("/.gpuvsphere-", StringComparison.Ordinal)))
                    {
                        await Task.Delay(5);
                    }

                    guest.Hangup();
                });
            }
        };
        GpuVSphereException broken = await lab.FailsAsync(install);
        Assert.True(isHung);
        Assert.Equal(("SshFailed", GpuErrorCategory.ConnectionFailed), (broken.Id, broken.Category));
        Assert.Contains("was cut", broken.Message, StringComparison.Ordinal);
        Assert.Contains("The upload was removed", broken.Message, StringComparison.Ordinal);
        Assert.Empty(guest.Leftovers());

        // The installer would go on, and nobody would know how it ended, and what it unpacks would be taken away from it.
        lab.DriverFile();
        lab.Reuse();
        guest.Order("slow");
        lab.Feedback.OnStatus = status =>
        {
            if (status.Contains("uploading", StringComparison.Ordinal))
            {
                lab.Unuse();
            }
        };
        lab.Feedback.OnVerbose = line =>
        {
            if (line.Contains("Building kernel modules", StringComparison.Ordinal))
            {
                guest.Hangup();
            }
        };
        broken = await lab.FailsAsync(install);
        Assert.Equal(("SshFailed", GpuErrorCategory.ConnectionFailed), (broken.Id, broken.Category));
        Assert.Contains("What ran in the guest then was ended there. The upload was removed.", broken.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(guest.Processes(), words => words.StartsWith("sh /var/tmp/", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
        Assert.Null(guest.Read("/usr/bin/nvidia-smi"));
    }

    private static ChangeIntent Install(GuestLab lab, bool reboot = false) =>
        GuestDriverIntents.Install([lab.Vm(Vm)], lab.DriverFile(), acceptEula: true, upgradePackages: false, stopGpuProcess: false, new GuestChangeOptions { Reboot = reboot });
}
