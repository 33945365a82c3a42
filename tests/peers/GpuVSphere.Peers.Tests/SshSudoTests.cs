using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Peers.Tests;

/// <summary>Root's rights in guests over a real sshd by the real sudo, which asks PAM for the user's password, with the lines that distributions put into sudoers.</summary>
public sealed class SshSudoTests
{
    private const string Vm = "client-01";

    private const string Usual = "Defaults env_reset, use_pty, lecture=always, mail_badpass\nDefaults secure_path=\"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\n";

    [SkippableTheory]
    [InlineData(Usual + "admin ALL=(ALL:ALL) ALL\n")]
    [InlineData(Usual + "admin ALL=(ALL:ALL) NOPASSWD: ALL\n")]
    [InlineData("Defaults !use_pty, timestamp_timeout=15, timestamp_type=global\nadmin ALL=(ALL) ALL\n")]
    public async Task Root_s_rights_come_with_the_input_behind_the_password_and_end_with_the_command(string sudoers)
    {
        using LicenseServer server = new() { Answer = "granted" };
        using GuestLab lab = await StartAsync();
        GuestMachine guest = lab.Guest(Vm);
        guest.Write("/etc/sudoers", sudoers);
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        await lab.AskAsync(Vm, async shell =>
        {
            // Twice: what sudo remembers of the first time leaves the line of the password to the second, and it is nobody's input.
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal(
                    new ShellResult(3, "0 a  b'c\"$HOME\\ü|;& secret ü\n", "no\n"),
                    await shell.RunAsync(new("printf '%s %s ' \"$(id -u)\" 'a  b'\\''c\"$HOME\\ü|;&'; cat; echo; echo no >&2; exit 3") { AsRoot = true, Input = GuestLab.Secret("secret ü") }, CancellationToken.None));
            }

            byte[] bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];
            await shell.WriteFileAsync("/etc/it's $HOME", new MemoryStream(bytes), bytes.Length, GuestFileOptions.Private, CancellationToken.None);
            Assert.Equal(bytes, await shell.ReadFileAsync("/etc/it's $HOME", CancellationToken.None));
            await shell.DeleteFileAsync("/etc/it's $HOME", CancellationToken.None);

            // Stopped, and left running behind the command.
            using CancellationTokenSource stop = new();
            Task<ShellResult> running = shell.RunAsync(new("sleep 98765 & sleep 98765 | cat; echo never") { AsRoot = true }, stop.Token);
            await UntilAsync(() => Sleeping(guest) == 2);
            stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            await UntilAsync(() => Sleeping(guest) == 0);
            Assert.Equal(0, (await shell.RunAsync(new("nohup sleep 98765 > /dev/null 2>&1 < /dev/null &") { AsRoot = true }, CancellationToken.None)).ExitCode);
            await UntilAsync(() => Sleeping(guest) == 1);
            await shell.RunAsync(new("pkill -f '[s]leep 98765'") { AsRoot = true }, CancellationToken.None);
            await UntilAsync(() => Sleeping(guest) == 0);
            return true;
        });

        ChangeIntent licence = VgpuLicenseIntents.Legacy(lab.Vms(Vm), "127.0.0.1", server.Port, null, null, null, false, new GuestChangeOptions(), 600);
        Assert.Contains("licensed for NVIDIA RTX Virtual Workstation", (await lab.DoneAsync(licence)).Message, StringComparison.Ordinal);
        Assert.Equal("644 root root\n", await lab.AskAsync(Vm, async shell => (await shell.RunAsync(new("stat -c '%a %U %G' /etc/nvidia/gridd.conf"), CancellationToken.None)).Output));
        Assert.Empty(guest.Leftovers());
        Assert.Empty(guest.Holding(GuestMachine.Password));
    }

    [SkippableFact]
    public async Task Who_may_not_be_root_is_told_so_in_sudo_s_words_and_nothing_is_done()
    {
        using GuestLab lab = await StartAsync();
        GuestMachine guest = lab.Guest(Vm);
        lab.User = "guest";
        lab.Password = GuestMachine.Password;
        Assert.Contains("guest cannot be root in client-01: guest is not in the sudoers file.", await RefusedAsync(lab), StringComparison.Ordinal);

        // The connections are there; the password that is given for sudo is wrong.
        lab.User = "admin";
        lab.Reuse();
        lab.Password = "not the password";
        Assert.Contains("1 incorrect password attempt", await RefusedAsync(lab), StringComparison.Ordinal);

        // Without one sudo cannot be answered.
        lab.Password = null;
        Assert.Contains("a password is required", await RefusedAsync(lab), StringComparison.Ordinal);

        // CentOS 7 and others want a terminal, which a command has not.
        lab.Password = GuestMachine.Password;
        guest.Write("/etc/sudoers", "Defaults requiretty\nadmin ALL=(ALL) ALL\n");
        Finding terminal = await BlockedAsync(lab);
        Assert.Contains("you must have a tty to run sudo", terminal.Message, StringComparison.Ordinal);
        Assert.Contains("Defaults:admin !requiretty", terminal.NextStep, StringComparison.Ordinal);

        // Some commands only, and not a shell.
        guest.Write("/etc/sudoers", "admin ALL=(ALL) /usr/bin/nvidia-smi\n");
        Assert.Contains("admin cannot be root in client-01: sudo does not let it run /bin/sh.", await RefusedAsync(lab), StringComparison.Ordinal);

        guest.Delete("/usr/bin/sudo");
        Assert.Contains("sudo: ", await RefusedAsync(lab), StringComparison.Ordinal);
        Assert.Null(guest.Read("/etc/nvidia/gridd.conf"));
        Assert.Empty(guest.Holding("not the password"));
        Assert.Empty(guest.Leftovers());
    }

    private static Task<GuestLab> StartAsync()
    {
        Peer.Sudo.Require();
        return GuestLab.StartAsync("guests", 1, (Vm, $"{GuestLab.VgpuDevice}\n{GuestLab.Installed("470.63.01", "grid")}\n/bin/sh /usr/lib/guest/real-sudo"));
    }

    private static async Task<string> RefusedAsync(GuestLab lab) => (await BlockedAsync(lab)).Message;

    private static async Task<Finding> BlockedAsync(GuestLab lab)
    {
        Finding blocked = Assert.Single(
            (await lab.PlanAsync(VgpuLicenseIntents.Legacy(lab.Vms(Vm), "127.0.0.1", 7070, null, null, null, false, new GuestChangeOptions()))).Findings, finding => finding.Blocks);
        Assert.Equal("GuestNotRoot", blocked.ErrorId);
        return blocked;
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
