using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Core.Tests.GuestOs;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Operations;

public sealed class GuestFolderTests
{
    private readonly List<string> _warnings = [];
    private readonly InstantClock _clock = new();

    [Fact]
    public async Task On_Linux_it_is_roots_alone_and_gone_afterwards()
    {
        FakeGuest guest = Guest();
        string? path = null;
        await UseAsync(guest, folder =>
        {
            path = folder.Path;
            Assert.Equal(["mkdir -m 0700 " + path], guest.Ran);
            Assert.Equal(path + "/a.run", folder.PathOf("a.run"));
            return Task.CompletedTask;
        });
        Assert.Matches("^/var/tmp/gpuvsphere-[0-9a-f]{12}$", path);
        Assert.Equal(["mkdir -m 0700 " + path, "rm -rf " + path], guest.Ran);
        Assert.All(guest.Commands, command => Assert.True(command.AsRoot && command.Timeout > TimeSpan.Zero));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task No_two_have_the_same_name()
    {
        FakeGuest guest = Guest();
        await UseAsync(guest, _ => Task.CompletedTask);
        await UseAsync(guest, _ => Task.CompletedTask);
        Assert.Equal(4, guest.Ran.Distinct().Count());
    }

    [Fact]
    public async Task It_is_removed_after_a_failure_and_the_failure_is_what_is_told()
    {
        FakeGuest guest = Guest().On(Is("rm "), (_, _) => throw new GpuVSphereException("GuestToolsNotRunning", GpuErrorCategory.InvalidState, "VMware Tools do not run."));
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(
            () => UseAsync(guest, _ => throw new GpuVSphereException("FlexDirectInstallFailed", GpuErrorCategory.OperationFailed, "E: no room")));
        Assert.Equal("FlexDirectInstallFailed", error.Id);
        Assert.EndsWith(" could not be removed: VMware Tools do not run.", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GuestFamily.Linux)]
    [InlineData(GuestFamily.Windows)]
    public async Task It_is_removed_after_a_stop(GuestFamily family)
    {
        using CancellationTokenSource stop = new();
        FakeGuest guest = Guest(family);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GuestFolder.UseAsync(
            guest, "gpu-01", _clock, _warnings.Add, _ => stop.CancelAsync().ContinueWith(_ => stop.Token.ThrowIfCancellationRequested(), TaskScheduler.Default), stop.Token));
        Assert.Equal(1, guest.Ran.Count(IsRemoval));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_making_that_is_stopped_may_have_made_it_and_is_undone()
    {
        using CancellationTokenSource stop = new();
        FakeGuest guest = Guest().On(Is("mkdir "), (_, token) =>
        {
            stop.Cancel();
            return Task.FromCanceled<ShellResult>(token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GuestFolder.UseAsync(guest, "gpu-01", _clock, _warnings.Add, _ => throw new InvalidOperationException("not reached"), stop.Token));
        Assert.Equal("rm -rf " + guest.Ran[0].Split(' ')[^1], guest.Ran[^1]);
    }

    [Theory]
    [InlineData(GuestFamily.Linux, "/var/tmp of gpu-01: mkdir: cannot create directory: No space left on device")]
    [InlineData(GuestFamily.Windows, @"C:\Windows\Temp of gpu-01: mkdir: cannot create directory: No space left on device")]
    public async Task What_cannot_be_made_is_said_and_not_removed(GuestFamily family, string words)
    {
        FakeGuest guest = Guest(family).On(command => command.CommandLine.Contains("mkdir", StringComparison.Ordinal), (_, _) => Task.FromResult(new ShellResult(1, string.Empty, "mkdir: cannot create directory: No space left on device\n")));
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => UseAsync(guest, _ => throw new InvalidOperationException("not reached")));
        Assert.Equal(("GuestFolderFailed", "gpu-01"), (error.Id, error.Target));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Single(guest.Ran);
    }

    [Fact]
    public async Task A_guest_that_gives_no_root_is_asked_once()
    {
        FakeGuest guest = Guest().On(Is("mkdir "), (_, _) => throw new GpuVSphereException("GuestNotRoot", GpuErrorCategory.PermissionDenied, "No."));
        Assert.Equal("GuestNotRoot", (await Assert.ThrowsAsync<GpuVSphereException>(() => UseAsync(guest, _ => Task.CompletedTask))).Id);
        Assert.Single(guest.Ran);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Windows_that_still_holds_a_file_is_asked_again_although_rmdir_ends_with_0()
    {
        int held = 2;
        FakeGuest guest = Guest(GuestFamily.Windows)
            .On(Is("cmd.exe /c rmdir "), (_, _) => Task.FromResult(new ShellResult(0, string.Empty, "The process cannot access the file because it is being used by another process.\r\n")))
            .On(Is("cmd.exe /c if exist "), (_, _) => Task.FromResult(new ShellResult(held-- > 0 ? 1 : 0, string.Empty, string.Empty)));
        string? path = null;
        await UseAsync(guest, folder =>
        {
            path = folder.Path;
            Assert.Equal(path + @"\setup.exe", folder.PathOf("setup.exe"));
            return Task.CompletedTask;
        });
        Assert.Matches(@"^C:\\Windows\\Temp\\gpuvsphere-[0-9a-f]{12}$", path);
        Assert.Equal(
            [@"cmd.exe /c mkdir " + path, .. Enumerable.Repeat(new[] { "cmd.exe /c rmdir /s /q " + path, "cmd.exe /c if exist " + path + " exit 1" }, 3).SelectMany(pair => pair)],
            guest.Ran);
        Assert.Equal([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)], _clock.Delays);
        Assert.All(guest.Commands, command => Assert.False(command.AsRoot));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task What_Windows_holds_for_long_is_a_warning_with_its_words()
    {
        FakeGuest guest = Guest(GuestFamily.Windows)
            .On(Is("cmd.exe /c rmdir "), (_, _) => Task.FromResult(new ShellResult(0, string.Empty, "The process cannot access the file.\r\n")))
            .On(Is("cmd.exe /c if exist "), (_, _) => Task.FromResult(new ShellResult(1, string.Empty, string.Empty)));
        await UseAsync(guest, _ => Task.CompletedTask);
        Assert.EndsWith("could not be removed: The process cannot access the file.", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal(6, guest.Ran.Count(IsRemoval));
    }

    [Fact]
    public async Task Who_removes_it_twice_hears_once_that_it_was_there()
    {
        FakeGuest guest = Guest();
        GuestFolder folder = await GuestFolder.MakeAsync(guest, "gpu-01", _clock, _warnings.Add, CancellationToken.None);
        Assert.True(await folder.RemoveAsync());
        Assert.False(await folder.RemoveAsync());
        Assert.Equal(1, guest.Ran.Count(IsRemoval));
    }

    private static bool IsRemoval(string line) => line.StartsWith("rm ", StringComparison.Ordinal) || line.StartsWith("cmd.exe /c rmdir ", StringComparison.Ordinal);

    private static Func<GuestCommand, bool> Is(string start) => command => command.CommandLine.StartsWith(start, StringComparison.Ordinal);

    private static FakeGuest Guest(GuestFamily family = GuestFamily.Linux) => new FakeGuest { Family = family }
        .On(_ => true, (_, _) => Task.FromResult(new ShellResult(0, string.Empty, string.Empty)));

    private Task UseAsync(FakeGuest guest, Func<GuestFolder, Task> work) => GuestFolder.UseAsync(guest, "gpu-01", _clock, _warnings.Add, work, CancellationToken.None);
}
