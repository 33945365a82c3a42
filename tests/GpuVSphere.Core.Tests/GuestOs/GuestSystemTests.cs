using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.GuestOs;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.GuestOs;

public class GuestSystemTests
{
    [Fact]
    public async Task System_IsReadFromOneCommand()
    {
        FakeGuest guest = new FakeGuest().On(
            GuestSystem.CommandLine,
            """
            gpuvsphere-part:release
            # written by hand
            NAME="Rocky Linux"
            ID="rocky"
            ID_LIKE="rhel centos fedora"
            VERSION_ID='8.9'
            PRETTY_NAME="Rocky Linux 8.9 (Green Obsidian)"
            gpuvsphere-part:kernel
            4.18.0-513.5.1.el8_9.x86_64
            gpuvsphere-part:machine
            x86_64
            gpuvsphere-part:user
            1000
            gpuvsphere-part:boot
            3f2e
            gpuvsphere-part:programs
            dnf
            yum
            systemctl
            sudo
            gpuvsphere-part:secure
            SecureBoot enabled
            """);

        GuestSystem system = await GuestSystem.ReadAsync(guest, CancellationToken.None);

        Assert.Equal(("rocky", "8.9", "Rocky Linux 8.9 (Green Obsidian)"), (system.DistributionId, system.VersionId, system.DisplayName));
        Assert.Equal(("4.18.0-513.5.1.el8_9.x86_64", "x86_64", "3f2e"), (system.Kernel, system.Architecture, system.BootId));
        Assert.Equal(GuestPackageManager.Dnf, system.Packages);
        Assert.Equal((true, false, true, false, true, true), (system.IsRedHat, system.IsDebian, system.HasSystemd, system.IsRoot, system.HasSudo, system.IsSecureBootEnabled == true));
    }

    [Theory]
    [InlineData("SecureBoot disabled", false)]
    [InlineData("EFI variables are not supported on this system", false)]
    [InlineData("sh: 1: mokutil: not found", null)]
    [InlineData("", null)]
    public void SecureBoot_IsToldOrUnknown(string said, bool? expected) =>
        Assert.Equal(expected, GuestSystem.Parse("gpuvsphere-part:secure\n" + said + "\n").IsSecureBootEnabled);

    [Fact]
    public void WhatIsNotTold_StaysEmpty()
    {
        GuestSystem system = GuestSystem.Parse("sh: 1: cat: not found\n");
        Assert.Equal(("", "", GuestPackageManager.None, false, false), (system.DistributionId, system.Kernel, system.Packages, system.HasSystemd, system.IsRoot));
    }

    [Fact]
    public void Processes_AreReadWithTheirWholeCommandLine()
    {
        IReadOnlyList<GuestRunningProcess> processes = GuestProcesses.Parse("    1     0 root     /sbin/init splash\n  812   1 gdm  /usr/lib/xorg/Xorg vt1 -displayfd 3\nnonsense\n");
        Assert.Equal([(1, 0, "root", "init"), (812, 1, "gdm", "Xorg")], processes.Select(one => (one.Pid, one.Parent, one.User, one.Name)));
        Assert.Equal("/usr/lib/xorg/Xorg vt1 -displayfd 3", processes[1].CommandLine);
    }

    [Theory]
    [InlineData(null, "Key=1\n")]
    [InlineData("", "Key=1\n")]
    [InlineData("# head\nOther=2\n", "# head\nOther=2\nKey=1\n")]
    [InlineData("# head\n#Key=\nOther=2", "# head\n#Key=\nKey=1\nOther=2\n")]
    [InlineData("Key = 5 \nOther=2\n", "Key=1\nOther=2\n")]
    [InlineData("Key=5\nOther=2\nKey=6\n", "Other=2\nKey=1\n")]
    [InlineData("Key=5\r\nOther=2\r\n", "Key=1\r\nOther=2\r\n")]
    [InlineData("Other=2\nKey=1\n", "Other=2\nKey=1\n")]
    [InlineData("KeyBoard=9\n", "KeyBoard=9\nKey=1\n")]
    public void ASetting_IsSetWhereItStands_AndEverythingElseStays(string? before, string after)
    {
        Assert.Equal(after, SettingsText.Set(before, "Key", "1"));
        Assert.Equal("1", SettingsText.Get(after, "Key"));
        Assert.Equal(after, SettingsText.Set(after, "Key", "1"));
        Assert.Null(SettingsText.Get(SettingsText.Set(after, "Key", null), "Key"));
    }

    [Fact]
    public async Task AFile_IsWrittenOnlyWhenItsTextChanges()
    {
        FakeGuest guest = new FakeGuest().WithFile("/etc/x", "Key=1\n", "0600", "admin");
        Assert.False(await GuestTextFile.EditAsync(guest, "/etc/x", text => SettingsText.Set(text, "Key", "1"), GuestFileOptions.Default, CancellationToken.None));
        Assert.True(await GuestTextFile.EditAsync(guest, "/etc/x", text => SettingsText.Set(text, "Key", "2"), GuestFileOptions.Default, CancellationToken.None));
        Assert.Equal(("Key=2\n", "0600", "admin"), (guest.Files["/etc/x"].Text, guest.Files["/etc/x"].Mode, guest.Files["/etc/x"].Owner));
    }
}
