using System;
using System.IO;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.State;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

public sealed class HostLockTests : IDisposable
{
    private static readonly PlanTarget s_host = new(new VimObjectId("Uuid/..:1", new ManagedObjectReference("HostSystem", "host-1")), "esx-01", "vc");
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly HostRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_second_run_is_told_who_holds_the_host()
    {
        using HostLock first = HostLock.Take(_rig.Folder, s_host, "aaaa1111", s_now);
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => HostLock.Take(_rig.Folder, s_host, "bbbb2222", s_now.AddHours(1)));

        Assert.Equal("HostLocked", error.Id);
        Assert.Equal("esx-01", error.Target);
        Assert.Contains("aaaa1111", error.Message, StringComparison.Ordinal);
        Assert.Contains("process " + Environment.ProcessId, error.Message, StringComparison.Ordinal);
        Assert.Contains("2026-03-01 08:00:00 UTC", error.Message, StringComparison.Ordinal);
        Assert.Contains("Get-GpuChange -Id aaaa1111", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_host_is_free_and_the_same_one_is_after_it_was_let_go()
    {
        PlanTarget other = s_host with { Id = new VimObjectId(s_host.Id.ServerUuid, new ManagedObjectReference("HostSystem", "host-2")) };
        using (HostLock.Take(_rig.Folder, s_host, "a", s_now))
        using (HostLock.Take(_rig.Folder, other, "a", s_now))
        {
        }

        using HostLock again = HostLock.Take(_rig.Folder, s_host, "b", s_now);
        Assert.Null(again.TookOverFrom);
    }

    [Fact]
    public void What_a_dead_process_held_is_taken_over()
    {
        string owner;
        using (HostLock.Take(_rig.Folder, s_host, "a", s_now))
        {
            string path = Directory.GetFiles(Path.Combine(_rig.Folder, "locks"), "*.owner.xml").Single();
            owner = File.ReadAllText(path);
        }

        // A process that dies cannot tidy up: its name stays, its lock does not.
        string lockFile = Directory.GetFiles(Path.Combine(_rig.Folder, "locks"), "*.lock").Single();
        File.WriteAllText(lockFile.Substring(0, lockFile.Length - ".lock".Length) + ".owner.xml", owner);

        using HostLock again = HostLock.Take(_rig.Folder, s_host, "b", s_now);
        Assert.Equal(Environment.ProcessId, again.TookOverFrom!.ProcessId);
    }

    [Theory]
    [InlineData(" /srv/state ", "/var/a/.local/share", "/srv/state")]
    [InlineData(null, "/var/a/.local/share", "/var/a/.local/share/GpuVSphere")]
    [InlineData("", "/var/a/.local/share", "/var/a/.local/share/GpuVSphere")]
    public void The_state_directory_is_what_the_variable_says_or_the_users_data_folder(string? variable, string? data, string expected) =>
        Assert.Equal(Path.GetFullPath(expected), Path.GetFullPath(StateDirectory.Resolve(variable, data)));

    [Fact]
    public void Without_variable_and_data_folder_there_is_a_clear_error() =>
        Assert.Equal("StateDirectoryUnknown", Assert.Throws<GpuVSphereException>(() => StateDirectory.Resolve(null, string.Empty)).Id);
}
