using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Guests by guest operations, through the bytes of the wire.</summary>
public sealed class ToolsShellTests : IDisposable
{
    private const string Password = "p'w \"$x\" äß&<";

    private readonly SimulatorLab _lab = new(new SimulatorOptions { ClockSpeed = 2_000 });

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData("root")]
    [InlineData("admin")]
    [InlineData("operator")]
    public async Task ACommand_GivesOutputErrorsAndExitCode_AlsoAsRoot_AndLeavesNothingBehind(string user)
    {
        using IGuestShell shell = await OpenAsync(user);
        Assert.Equal(new ShellResult(3, "out\n", "err\n"), await RunAsync(shell, "echo out; echo err >&2; exit 3"));
        Assert.Equal((0, "0\n", ""), await Parts(shell, new GuestCommand("id -u") { AsRoot = true }));
        Assert.Equal((0, "secret", ""), await Parts(shell, new GuestCommand("cat") { Input = Secret("secret") }));
        Assert.Equal((0, "secret0\n", ""), await Parts(shell, new GuestCommand("cat; id -u") { AsRoot = true, Input = Secret("secret") }));
        Assert.Equal((user == "root" ? "root" : user, GuestFamily.Linux), (shell.UserName, shell.Family));
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("guest", "not in the sudoers file")]
    [InlineData("stranger", "may not")]
    public async Task WhoCannotBeRoot_IsToldSo(string user, string said)
    {
        if (user == "stranger")
        {
            // A user with a sudo that knows another password than the login's.
            Change(guest => guest.Users.Add(new GuestUser("stranger", 1010, Password)));
            said = "not in the sudoers";
        }

        using IGuestShell shell = await OpenAsync(user);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => shell.RunAsync(new GuestCommand("id -u") { AsRoot = true }, CancellationToken.None));
        Assert.Equal(("GuestNotRoot", "web-01"), (error.Id, error.Target));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Files_GoThereAndBackByteForByte_WithModeAndOwner_AndAreReplacedWhole()
    {
        using IGuestShell shell = await OpenAsync("admin");
        byte[] bytes = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
        await shell.WriteFileAsync("/etc/it's $x.conf", new MemoryStream(bytes), bytes.Length, GuestFileOptions.Private, CancellationToken.None);
        Assert.Equal(bytes, await shell.ReadFileAsync("/etc/it's $x.conf", CancellationToken.None));
        Assert.Equal(("0600", "root"), State("/etc/it's $x.conf"));

        Change(guest => guest.Files.Find("/etc/it's $x.conf")!.Owner = "operator");
        await shell.WriteFileAsync("/etc/it's $x.conf", new MemoryStream([1]), 1, GuestFileOptions.Default, CancellationToken.None);
        Assert.Equal(("0600", "operator"), State("/etc/it's $x.conf"));
        await shell.WriteFileAsync("/etc/new", new MemoryStream([1]), 1, GuestFileOptions.Default, CancellationToken.None);
        Assert.Equal(("0644", "root"), State("/etc/new"));

        await shell.DeleteFileAsync("/etc/new", CancellationToken.None);
        await shell.DeleteFileAsync("/etc/new", CancellationToken.None);
        Assert.Null(await shell.ReadFileAsync("/etc/new", CancellationToken.None));
        Assert.Equal("GuestFileFailed", (await Assert.ThrowsAsync<GpuVSphereException>(() => shell.ReadFileAsync("/etc", CancellationToken.None))).Id);
        Assert.Equal("GuestFileFailed", (await Assert.ThrowsAsync<GpuVSphereException>(() => shell.WriteFileAsync("/no/such/x", new MemoryStream([1]), 1, GuestFileOptions.Default, CancellationToken.None))).Id);
        AssertNothingLeft();
        lock (_lab.Inventory.Gate)
        {
            Assert.DoesNotContain(_lab.Vm("web-01").Guest.Files.List("/etc"), name => name.Contains("gpuvsphere", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task ACommandThatIsStoppedOrTooLong_IsEndedWithItsChildren_AndLeavesNothingBehind(bool asRoot, bool isStopped)
    {
        using IGuestShell shell = await OpenAsync("admin");
        using CancellationTokenSource stop = new();
        ConcurrentQueue<string> lines = [];
        Task<ShellResult> running = shell.RunAsync(
            new GuestCommand("echo begun; printf half; echo careful >&2; sleep infinity & sleep infinity | cat; echo never") { AsRoot = asRoot, Timeout = isStopped ? null : TimeSpan.FromMinutes(2), OnOutput = lines.Enqueue }, stop.Token);
        await Eventually.IsTrueAsync(() => Sleeping() == 2);
        if (isStopped)
        {
            stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }
        else
        {
            GuestCommandTimeoutException late = await Assert.ThrowsAsync<GuestCommandTimeoutException>(() => running);
            Assert.Equal(("GuestCommandTimeout", "begun\nhalf", "careful\n"), (late.Id, late.Output, late.ErrorOutput));
            Assert.Equal(["begun", "half", "careful"], lines);
        }

        await Eventually.IsTrueAsync(() => Sleeping() == 0);
        AssertNothingLeft();
    }

    [Fact]
    public async Task ACommandThatIsStopped_WhileTheAnswerToItsStartIsUnderWay_IsEndedAllTheSame()
    {
        using IGuestShell shell = await OpenAsync("admin");
        _lab.Simulator.Faults.Add(new FaultRule { Method = "StartProgramInGuest", AfterWork = true, Delay = TimeSpan.FromHours(1), Times = 1 });
        using CancellationTokenSource stop = new();
        Task<ShellResult> running = shell.RunAsync(new GuestCommand("sleep infinity & sleep infinity"), stop.Token);
        await Eventually.IsTrueAsync(() => Sleeping() == 2);
        stop.Cancel();
        _lab.Simulator.Clock.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.IsTrueAsync(() => Sleeping() == 0);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Lines_ComeWhileTheCommandRuns_AndEachOnce()
    {
        using IGuestShell shell = await OpenAsync("admin");
        List<string> lines = [];
        TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<ShellResult> running = shell.RunAsync(
            new GuestCommand("echo one; echo two; while [ ! -e /tmp/go ]; do sleep 1; done; echo three; echo four >&2")
            {
                OnOutput = line =>
                {
                    lines.Add(line);
                    if (line == "two")
                    {
                        first.TrySetResult();
                    }
                },
            },
            CancellationToken.None);
        await first.Task.WaitAsync(Eventually.Limit);
        Assert.False(running.IsCompleted);
        Change(guest => guest.Files.Put("/tmp/go", string.Empty));
        await running.WaitAsync(Eventually.Limit);
        Assert.Equal(["one", "two", "three", "four"], lines);
    }

    [Fact]
    public async Task NoSecret_IsInAProcessList_ATrace_AnErrorOrAFile()
    {
        using IGuestShell shell = await OpenAsync("admin");
        await shell.RunAsync(new GuestCommand("cat > /dev/null") { AsRoot = true, Input = Secret("licence-key-4711") }, CancellationToken.None);
        lock (_lab.Inventory.Gate)
        {
            List<string> seen = _lab.Vm("web-01").Guest.CommandHistory;
            Assert.Contains(seen, line => line.Contains("sudo", StringComparison.Ordinal));
            Assert.DoesNotContain(seen, line => line.Contains(Password, StringComparison.Ordinal) || line.Contains("4711", StringComparison.Ordinal));
        }

        lock (_lab.Inventory.Gate)
        {
            GuestFiles files = _lab.Vm("web-01").Guest.Files;
            Assert.DoesNotContain(files.Below("/").Where(path => !path.StartsWith("/proc", StringComparison.Ordinal)), path => files.Text(path)!.Contains("4711", StringComparison.Ordinal) || files.Text(path)!.Contains(Password, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("web-02", "GuestToolsNotRunning")]
    [InlineData("ml-01", "GuestPoweredOff")]
    [InlineData("susp-01", "GuestPoweredOff")]
    public async Task AGuestThatCannotBeReached_SaysWhy(string vm, string id)
    {
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(async () => (await OpenAsync("admin", vm)).Dispose());
        Assert.Equal((id, vm), (error.Id, error.Target));
        Assert.NotNull(error.NextStep);
    }

    [Fact]
    public async Task AWrongLogin_IsRefusedWithoutThePassword()
    {
        Change(guest => guest.User("admin")!.Password = "other");
        using IGuestShell shell = await OpenAsync("admin", password: "wrong-4711");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => RunAsync(shell, "id"));
        Assert.Equal(("GuestLoginFailed", GpuErrorCategory.AuthenticationFailed), (error.Id, error.Category));
        Assert.DoesNotContain("4711", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAccountWithoutGuestOperations_IsToldThePrivilege()
    {
        using VimSession session = await VmLab.LogInAsync(_lab.Simulator.Server, "operator@vsphere.local");
        using VimCredential login = new("admin", Secret(SimulatorUser.DefaultPassword));
        using IGuestShell shell = await new ToolsGuestShells([session], login).OpenAsync(Address("web-01", session), CancellationToken.None);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => RunAsync(shell, "id"));
        Assert.Equal("GuestOperationsNotAllowed", error.Id);
        Assert.Contains("VirtualMachine.GuestOperations.Execute", error.Message, StringComparison.Ordinal);
    }

    private int Sleeping()
    {
        lock (_lab.Inventory.Gate)
        {
            return _lab.Vm("web-01").Guest.Processes.Count(process => process.Name == "sleep" && process.CommandLine != "/usr/bin/sleep infinity");
        }
    }

    private void AssertNothingLeft()
    {
        lock (_lab.Inventory.Gate)
        {
            Assert.Empty(_lab.Vm("web-01").Guest.Files.List("/tmp"));
        }
    }

    private (string Mode, string Owner) State(string path)
    {
        lock (_lab.Inventory.Gate)
        {
            GuestFile file = _lab.Vm("web-01").Guest.Files.Find(path)!;
            return (file.ModeText, file.Owner);
        }
    }

    private void Change(Action<SimulatedGuest> change)
    {
        lock (_lab.Inventory.Gate)
        {
            change(_lab.Vm("web-01").Guest);
        }
    }

    private static Task<ShellResult> RunAsync(IGuestShell shell, string command) => shell.RunAsync(new GuestCommand(command), CancellationToken.None);

    private static async Task<(int, string, string)> Parts(IGuestShell shell, GuestCommand command)
    {
        ShellResult result = await shell.RunAsync(command, CancellationToken.None);
        return (result.ExitCode, result.Output, result.Error);
    }

    internal static SecureString Secret(string text) => new NetworkCredential(string.Empty, text).SecurePassword;

    private GuestAddress Address(string vm, VimSession session) =>
        new(new VimObjectId(session.ServerUuid, new ManagedObjectReference("VirtualMachine", _lab.Raw.Vm(vm).MoRef)), vm, null, null);

    private async Task<IGuestShell> OpenAsync(string user, string vm = "web-01", string? password = null)
    {
        if (password is null)
        {
            Change(guest => guest.Users.ForEach(one => one.Password = Password));
        }

        VimSession session = await VmLab.LogInAsync(_lab.Simulator.Server);
        return await new ToolsGuestShells([session], new VimCredential(user, Secret(password ?? Password))).OpenAsync(Address(vm, session), CancellationToken.None);
    }
}
