using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Tests.Model;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Guests as their users find them: what is changed is what is read, and what a Linux system refuses is refused.</summary>
public sealed class SimulatedGuestTests : IDisposable
{
    private readonly SimulatorLab _lab = new(new SimulatorOptions { ClockSpeed = 10_000 });

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData("admin", "cat /etc/shadow-like", 1, "Permission denied")]
    [InlineData("admin", "echo x > /etc/new", 2, "Permission denied")]
    [InlineData("guest", "echo 'GpuVSphere!1' | sudo -S -p '' id -u", 1, "not in the sudoers file")]
    [InlineData("admin", "sudo -n id -u", 1, "a password is required")]
    [InlineData("admin", "printf 'wrong\\nwrong\\nwrong\\n' | sudo -S -p '' id -u", 1, "3 incorrect password attempts")]
    [InlineData("admin", "kill 1000000", 1, "No such process")]
    [InlineData("admin", "apt-get install -y gcc", 100, "are you root")]
    [InlineData("root", "apt-get install -y no-such-package", 100, "Unable to locate package no-such-package")]
    [InlineData("root", "modprobe nvidia", 1, "not found in directory")]
    [InlineData("root", "systemctl start nvidia-gridd", 5, "not found")]
    [InlineData("root", "rmdir /etc", 1, "Directory not empty")]
    public async Task AGuest_RefusesWhatLinuxRefuses(string user, string command, int status, string error)
    {
        lock (_lab.Inventory.Gate)
        {
            _lab.Vm("web-01").Guest.Files.Put("/etc/shadow-like", "secret", "0600");
        }

        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, "web-01", user);
        ShellResult result = await shell.RunAsync(new GuestCommand(command), CancellationToken.None);

        Assert.Equal(status, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sudo_TakesThePasswordFromItsInput_AndLeavesTheRestToTheProgram()
    {
        Assert.Equal("0\nrest\n", await SaysAsync("admin", "printf 'GpuVSphere!1\\nrest\\n' | sudo -S -p '' sh -c 'id -u; cat'"));
        Assert.Equal("0\n", await SaysAsync("operator", "sudo -n id -u"));
    }

    [Fact]
    public async Task APackage_BringsItsPrograms_AndItsDependencies()
    {
        Assert.Equal("", await SaysAsync("root", "which gcc make || true"));
        await SaysAsync("root", "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y build-essential linux-headers-$(uname -r)");
        Assert.Equal("/usr/bin/gcc\n/usr/bin/make\n", await SaysAsync("admin", "which gcc make"));
        Assert.Equal("install ok installed\n", await SaysAsync("admin", "dpkg-query -W -f='${Status}\\n' make"));
        Assert.Equal("Makefile\n", await SaysAsync("admin", "ls /lib/modules/$(uname -r)/build"));
    }

    [Fact]
    public async Task AUnit_RunsItsProgram_ComesBackAfterAReboot_AndEndsWithAllItStarted()
    {
        await SaysAsync("root", "printf '[Service]\\nExecStart=/bin/sh -c \"sleep infinity & sleep infinity\"\\n' > /etc/systemd/system/x.service; systemctl daemon-reload; systemctl enable --now x");
        Assert.Equal("active\nenabled\n", await SaysAsync("admin", "systemctl is-active x; systemctl is-enabled x"));
        await Eventually.IsTrueAsync(() => Sleeping() == 2);

        int boots;
        lock (_lab.Inventory.Gate)
        {
            boots = _lab.Vm("web-01").Guest.Boots;
            _lab.Vm("web-01").Guest.Reboot();
        }

        await Eventually.IsTrueAsync(() => _lab.Vm("web-01").Guest.Boots == boots + 1 && Sleeping() == 2 && _lab.Vm("web-01").ToolsRun);
        await SaysAsync("root", "systemctl stop x");
        await Eventually.IsTrueAsync(() => Sleeping() == 0);
        Assert.Equal("inactive\n", await SaysAsync("admin", "systemctl is-active x || true"));
    }

    [Fact]
    public void AGuest_ThatHangsAtItsReboot_IsAway_UntilItIsPoweredOffAndOn()
    {
        lock (_lab.Inventory.Gate)
        {
            SimulatedGuest guest = _lab.Vm("web-01").Guest;
            guest.State<GuestOrders>().HangsAtReboot = true;
            guest.Reboot();
            Assert.False(_lab.Vm("web-01").ToolsRun);
            Assert.DoesNotContain(guest.Processes, process => process.Signal == 0);
            guest.Boot();
            Assert.True(_lab.Vm("web-01").ToolsRun);
        }
    }

    [Fact]
    public async Task AChildThatWasPutBeside_OutlivesItsShell_UntilItsGroupIsEnded()
    {
        string group = (await SaysAsync("admin", "setsid sh -c 'sleep infinity & sleep infinity' & echo $!")).Trim();
        await Eventually.IsTrueAsync(() => Sleeping() == 2);
        await SaysAsync("admin", "kill -s TERM -- -" + group);
        await Eventually.IsTrueAsync(() => Sleeping() == 0);
    }

    [Fact]
    public async Task ACommand_IsEndedWithItsChildren_WhenItsTimeIsOver()
    {
        // The guest's time runs ahead of a busy machine's: with a limit that was over before the children were there, it is tried again with a longer one.
        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, "web-01");
        bool hasChildren = false;
        for (TimeSpan limit = TimeSpan.FromSeconds(30); !hasChildren; limit *= 8)
        {
            Task<ShellResult> running = shell.RunAsync(new GuestCommand("echo begun; echo careful >&2; sleep infinity & sleep infinity") { Timeout = limit }, CancellationToken.None);
            while (!running.IsCompleted)
            {
                hasChildren |= Sleeping() == 2;
                await Task.Yield();
            }

            GuestCommandTimeoutException late = await Assert.ThrowsAsync<GuestCommandTimeoutException>(() => running);
            Assert.Equal("GuestCommandTimeout", late.Id);
            Assert.True(!hasChildren || late is { Output: "begun\n", ErrorOutput: "careful\n" });
            await Eventually.IsTrueAsync(() => Sleeping() == 0);
        }
    }

    [Fact]
    public async Task AProcess_ThatWasEndedByASignal_StartsNothingAnyMore()
    {
        GuestProcess parent;
        GuestProcess child;
        lock (_lab.Inventory.Gate)
        {
            SimulatedGuest guest = _lab.Vm("web-01").Guest;
            parent = guest.Start(null, guest.Root, "sh", "sh", async self =>
            {
                await Task.Delay(Timeout.Infinite, self.Token);
                return 0;
            });
            parent.Kill(15);
            child = guest.Start(parent, guest.Root, "sleep", "sleep 1000000", _ => throw new InvalidOperationException("It must not run."));
        }

        Assert.Equal((143, 143), (await parent.End, await child.End));
    }

    [Theory]
    [InlineData("ps -e -o pid= -o ppid= -o user= -o args=", " 1 root sleep 1000000")]
    [InlineData("cat /proc/modules", "nouveau 16384 1 - Live")]
    public async Task WhatAGuest_TellsOfItself_IsWhole(string command, string words)
    {
        lock (_lab.Inventory.Gate)
        {
            SimulatedGuest guest = _lab.Vm("web-01").Guest;
            guest.LoadModule("nouveau");
            guest.Start(null, guest.Root, "sleep", "sleep 1000000", async self =>
            {
                await Task.Delay(Timeout.Infinite, self.Token);
                return 0;
            });
        }

        Assert.Contains(words, await SaysAsync("root", command), StringComparison.Ordinal);
        Assert.Contains("is in use", (await RefusedAsync("modprobe -r nouveau")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_AreReadAndWrittenByRoot_WithModeAndOwner()
    {
        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, "web-01");
        await shell.WriteFileAsync("/etc/app.conf", new MemoryStream([0, 255, 10]), 3, GuestFileOptions.Private with { Owner = "admin" }, CancellationToken.None);
        Assert.Equal("600 admin\n", await SaysAsync("root", "stat -c '%a %U' /etc/app.conf"));
        Assert.Equal([0, 255, 10], await shell.ReadFileAsync("/etc/app.conf", CancellationToken.None));
        await shell.DeleteFileAsync("/etc/app.conf", CancellationToken.None);
        Assert.Null(await shell.ReadFileAsync("/etc/app.conf", CancellationToken.None));
    }

    [Theory]
    [InlineData("ubuntu64Guest", "ID=ubuntu")]
    [InlineData("rhel8_64Guest", "ID=\"rhel\"")]
    [InlineData("centos7_64Guest", "ID=\"centos\"")]
    public async Task AGuest_IsOfTheDistribution_ThatItsVmIsMadeFor(string guestId, string line)
    {
        lock (_lab.Inventory.Gate)
        {
            _lab.Vm("web-01").Config.GuestId = guestId;
        }

        Assert.Equal(line + "\n", await SaysAsync("admin", "grep '^ID=' /etc/os-release"));
    }

    private async Task<ShellResult> RefusedAsync(string command)
    {
        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, "web-01", "root");
        ShellResult result = await shell.RunAsync(new GuestCommand(command), CancellationToken.None);
        Assert.Equal(1, result.ExitCode);
        return result;
    }

    private int Sleeping()
    {
        lock (_lab.Inventory.Gate)
        {
            return _lab.Vm("web-01").Guest.Processes.Count(process => process.Name == "sleep" && process.CommandLine != "/usr/bin/sleep infinity");
        }
    }

    private async Task<string> SaysAsync(string user, string command)
    {
        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, "web-01", user);
        ShellResult result = await shell.RunAsync(new GuestCommand(command), CancellationToken.None);
        Assert.True(result.ExitCode == 0, command + ": " + result.Error);
        return result.Output;
    }
}
