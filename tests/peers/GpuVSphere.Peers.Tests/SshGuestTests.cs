using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>Guests over a real OpenSSH server with the system's own client, its shell and its programs.</summary>
public sealed class SshGuestTests : IDisposable
{
    private static readonly GuestAddress s_address =
        new(new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", "vm-1")), "gpu-vm", SshServer.Name, GuestFamily.Linux);

    private readonly SshServer _server;

    public SshGuestTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "the server is set up for Linux");
        _server = SshServer.Start();
    }

    public void Dispose() => _server.Dispose();

    [SkippableFact]
    public async Task A_command_comes_through_with_its_input_and_its_exit_code_back()
    {
        using IGuestShell shell = await OpenAsync();
        Assert.Equal(new ShellResult(3, "a  b'c\"$HOME\\ü|;&\n", "no\n"), await shell.RunAsync(new GuestCommand("printf '%s\\n' 'a  b'\\''c\"$HOME\\ü|;&'; echo no >&2; exit 3"), CancellationToken.None));
        Assert.Equal(new ShellResult(255, "", ""), await shell.RunAsync(new GuestCommand("exit 255"), CancellationToken.None));
        Assert.Equal("secret ü", (await shell.RunAsync(new GuestCommand("cat") { Input = Secret("secret ü") }, CancellationToken.None)).Output);
        Assert.Equal(2, (await shell.RunAsync(new GuestCommand("echo 'open"), CancellationToken.None)).ExitCode);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_that_is_stopped_or_too_long_is_ended_there_with_its_children(bool isStopped)
    {
        string mark = "9" + Random.Shared.Next(10_000_000, 99_999_999);
        using IGuestShell shell = await OpenAsync();
        bool hasChildren = false;

        // On a busy machine the time may be over before it has begun: it is given more then.
        for (TimeSpan limit = TimeSpan.FromSeconds(5); !hasChildren; limit *= 4)
        {
            using CancellationTokenSource stop = new();
            Task<ShellResult> running = shell.RunAsync(
                new GuestCommand($"sleep {mark} & sleep {mark} | cat; echo never") { AsRoot = isStopped, Timeout = isStopped ? null : limit }, stop.Token);
            await UntilAsync(() => (hasChildren |= Sleeping(mark) == 2) || running.IsCompleted);
            if (isStopped)
            {
                stop.Cancel();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            }
            else
            {
                Assert.Equal("GuestCommandTimeout", (await Assert.ThrowsAsync<GuestCommandTimeoutException>(() => running)).Id);
            }

            await UntilAsync(() => Sleeping(mark) == 0);
        }
    }

    [SkippableFact]
    public async Task Lines_come_while_the_command_runs()
    {
        string go = Path.Combine(_server.Folder, "go");
        List<string> lines = [];
        TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using IGuestShell shell = await OpenAsync();
        Task<ShellResult> running = shell.RunAsync(
            new GuestCommand($"echo one; while [ ! -e '{go}' ]; do sleep 0.1; done; echo two; echo three >&2")
            {
                OnOutput = line =>
                {
                    lock (lines)
                    {
                        lines.Add(line);
                    }

                    first.TrySetResult();
                },
            },
            CancellationToken.None);
        await first.Task.WaitAsync(TimeSpan.FromMinutes(2));
        Assert.False(running.IsCompleted);
        File.WriteAllText(go, string.Empty);
        await running;
        Assert.Equal(["one", "three", "two"], lines.Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task Files_go_there_and_back_byte_for_byte_and_are_replaced_whole()
    {
        Skip.If(Environment.UserName != "root", "files are written as root");
        string path = Path.Combine(_server.Folder, "it's $HOME `x` \"ü\".conf");
        byte[] bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];
        using IGuestShell shell = await OpenAsync();
        await shell.WriteFileAsync(path, new MemoryStream(bytes), bytes.Length, GuestFileOptions.Private, CancellationToken.None);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
        Assert.Equal(bytes, await shell.ReadFileAsync(path, CancellationToken.None));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(path));

        // What breaks off does not take the place of the file, and keeps its mode when it is replaced.
        GpuVSphereException broken = await Assert.ThrowsAsync<GpuVSphereException>(() => shell.WriteFileAsync(path, new MemoryStream([1, 2]), 3, GuestFileOptions.Default, CancellationToken.None));
        Assert.Equal("GuestFileFailed", broken.Id);
        Assert.Equal(bytes.Length, new FileInfo(path).Length);
        await shell.WriteFileAsync(path, new MemoryStream([1, 2]), 2, GuestFileOptions.Default, CancellationToken.None);
        Assert.Equal((2L, UnixFileMode.UserRead | UnixFileMode.UserWrite), (new FileInfo(path).Length, Mode(path)));
        Assert.DoesNotContain(Directory.GetFiles(_server.Folder), file => Path.GetFileName(file).StartsWith(".gpuvsphere", StringComparison.Ordinal));

        await shell.DeleteFileAsync(path, CancellationToken.None);
        Assert.Null(await shell.ReadFileAsync(path, CancellationToken.None));
        Assert.Equal("GuestFileFailed", (await Assert.ThrowsAsync<GpuVSphereException>(() => shell.ReadFileAsync(_server.Folder, CancellationToken.None))).Id);
    }

    [SkippableTheory]
    [InlineData("asks", "root says hello\n")]
    [InlineData("never", "root says hello\n")]
    [InlineData("refuses", null)]
    public async Task Root_comes_by_sudo_with_the_password_of_the_login_that_nobody_else_sees(string sudo, string? expected)
    {
        Skip.If(!_server.TakesPassword, "this server takes no password");

        // The user seems to be another than root; sudo is a program of the test's that reads as the real one does.
        _server.Put("id", "case \"$1\" in -un) echo admin;; *) echo 1000;; esac");
        _server.Put("sudo", $$"""
            printf '%s\n' "$*" >> '{{_server.Folder}}/sudo-arguments'
            asks=1
            while :; do case "$1" in -k) shift;; -n) asks=0; shift;; -S) shift;; -p) shift 2;; *) break;; esac; done
            case {{sudo}} in
              never) ;;
              refuses) echo 'admin is not in the sudoers file.' >&2; exit 1;;
              asks) if [ $asks = 0 ]; then echo 'sudo: a password is required' >&2; exit 1; fi
                IFS= read -r line; printf '%s' "$line" > '{{_server.Folder}}/sudo-password';;
            esac
            exec "$@"
            """);
        using IGuestShell shell = await _server.Guests(password: SshServer.Password).OpenAsync(s_address, CancellationToken.None);
        GuestCommand command = new("printf 'root says '; cat") { AsRoot = true, Input = Secret("hello\n") };
        if (expected is null)
        {
            GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => shell.RunAsync(command, CancellationToken.None));
            Assert.Equal(("GuestNotRoot", "gpu-vm"), (error.Id, error.Target));
            Assert.Contains("not in the sudoers file", error.Message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(new ShellResult(0, expected, ""), await shell.RunAsync(command, CancellationToken.None));
        Assert.DoesNotContain(SshServer.Password, await File.ReadAllTextAsync(Path.Combine(_server.Folder, "sudo-arguments")), StringComparison.Ordinal);
        if (sudo == "asks")
        {
            Assert.Equal(SshServer.Password, await File.ReadAllTextAsync(Path.Combine(_server.Folder, "sudo-password")));
        }
    }

    [SkippableFact]
    public async Task What_keeps_one_from_the_guest_is_said_with_what_leads_further()
    {
        GpuVSphereException denied = await Assert.ThrowsAsync<GpuVSphereException>(() => _server.Guests("other_user").OpenAsync(s_address, CancellationToken.None));
        Assert.Equal(("SshAuthenticationFailed", "gpu-vm"), (denied.Id, denied.Target));
        Assert.Contains("-GuestCredential", denied.NextStep, StringComparison.Ordinal);
        GpuVSphereException refused = await Assert.ThrowsAsync<GpuVSphereException>(() => _server.Guests(port: 1).OpenAsync(s_address, CancellationToken.None));
        Assert.Equal("SshRefused", refused.Id);
        Assert.Contains("VMware Tools", refused.NextStep, StringComparison.Ordinal);
        Assert.Equal("GuestAddressUnknown", (await Assert.ThrowsAsync<GpuVSphereException>(() => _server.Guests().OpenAsync(s_address with { Address = null }, CancellationToken.None))).Id);
        Assert.Equal("GuestNotSupported", (await Assert.ThrowsAsync<GpuVSphereException>(() => _server.Guests().OpenAsync(s_address with { Family = GuestFamily.Windows }, CancellationToken.None))).Id);
        _server.Knows(null);
        Assert.Equal("SshHostKeyUnknown", (await Assert.ThrowsAsync<GpuVSphereException>(() => _server.Guests().OpenAsync(s_address, CancellationToken.None))).Id);
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static SecureString Secret(string text) => new NetworkCredential(string.Empty, text).SecurePassword;

    private static int Sleeping(string mark) => Process.GetProcessesByName("sleep").Count(process =>
    {
        using (process)
        {
            try
            {
                return File.ReadAllText($"/proc/{process.Id}/cmdline").Contains(mark, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }
    });

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); !condition(); await Task.Delay(50))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), "It did not come to that.");
        }
    }

    private Task<IGuestShell> OpenAsync() => _server.Guests().OpenAsync(s_address, CancellationToken.None);
}
