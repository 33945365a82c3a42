using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Guest operations themselves, call by call, as VMware Tools do them; and what their refusals are called where a user meets them.</summary>
public sealed class GuestOperationsTests : IAsyncLifetime
{
    private readonly SimulatorLab _lab = new(new SimulatorOptions { ClockSpeed = 1_000 });

    private VimSession _session = null!;

    public async Task InitializeAsync() => _session = await VmLab.LogInAsync(_lab.Simulator.Server);

    public Task DisposeAsync()
    {
        _session.Dispose();
        _lab.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task AProgram_IsStarted_Listed_AndTellsHowItEnded()
    {
        GuestClient client = await OpenAsync("admin");
        long pid = await client.StartProgramAsync("/bin/sh", "-c 'pwd > /tmp/where; exit 7'", "/opt", CancellationToken.None);
        await Eventually.IsTrueAsync(async () => (await ListAsync(client, pid)).HasEnded);
        GuestProcessState ended = await ListAsync(client, pid);
        Assert.Equal((7, "admin"), (ended.ExitCode, ended.Owner));
        Assert.Equal("/opt\n", Encoding.UTF8.GetString(await client.DownloadAsync("/tmp/where", 100, CancellationToken.None)));
        Assert.Contains(await client.ListProcessesAsync([], CancellationToken.None), process => process.Pid == pid);
    }

    [Fact]
    public async Task AProgram_IsEnded_ByItsOwnerOrRoot_AndOneThatIsNotThereIsAFault()
    {
        GuestClient admin = await OpenAsync("admin");
        GuestClient other = await OpenAsync("guest");
        long pid = await admin.StartProgramAsync("/bin/sleep", "1000000", null, CancellationToken.None);
        Assert.Equal("GuestPermissionDenied", await FaultAsync(() => other.TerminateProcessAsync(pid, CancellationToken.None)));
        Assert.False((await ListAsync(admin, pid)).HasEnded);
        await admin.TerminateProcessAsync(pid, CancellationToken.None);
        await Eventually.IsTrueAsync(async () => (await ListAsync(admin, pid)).HasEnded);
        Assert.Equal("GuestProcessNotFound", await FaultAsync(() => admin.TerminateProcessAsync(4_000_000, CancellationToken.None)));
    }

    [Fact]
    public async Task TheEnvironment_IsThatOfTheLogin_AllOfItOrByName()
    {
        lock (_lab.Inventory.Gate)
        {
            Guest.Environment["LAB"] = "a=b c";
        }

        GuestClient client = await OpenAsync("admin");
        Assert.Equal(["LAB=a=b c", "USER=admin"], (await client.ReadEnvironmentAsync(["LAB", "USER", "NONE"], CancellationToken.None)).Order());
        Assert.Contains("HOME=/home/admin", await client.ReadEnvironmentAsync([], CancellationToken.None));
        Assert.Equal("InvalidGuestLogin", await FaultAsync(async () => await (await OpenAsync("nobody-here")).ReadEnvironmentAsync([], CancellationToken.None)));
    }

    [Fact]
    public async Task Files_AreRefused_AsTheGuestRefusesThem()
    {
        GuestClient client = await OpenAsync("admin");
        Assert.Equal("FileNotFound", await FaultAsync(() => client.DownloadAsync("/tmp/none", 100, CancellationToken.None)));
        Assert.Equal("GuestPermissionDenied", await FaultAsync(() => client.UploadAsync("/etc/mine", 0x180, new MemoryStream([1]), 1, CancellationToken.None)));
        Assert.Equal("GuestPermissionDenied", await FaultAsync(() => client.DeleteFileAsync("/etc/hostname", CancellationToken.None)));
        await client.MakeDirectoryAsync("/tmp/own", CancellationToken.None);
        Assert.Equal("FileAlreadyExists", await FaultAsync(() => client.MakeDirectoryAsync("/tmp/own", CancellationToken.None)));
        await client.UploadAsync("/tmp/own/x", 0x180, new MemoryStream([1, 2]), 2, CancellationToken.None);
        await client.MoveFileAsync("/tmp/own/x", "/tmp/own/y", CancellationToken.None);
        Assert.Equal([1, 2], await client.DownloadAsync("/tmp/own/y", 100, CancellationToken.None));
        Assert.Equal("ShellOutputTooLong", (await Assert.ThrowsAsync<GpuVSphereException>(() => client.DownloadAsync("/tmp/own/y", 1, CancellationToken.None))).Id);
        Assert.Equal("GuestPermissionDenied", await FaultAsync(async () => await (await OpenAsync("guest")).DownloadAsync("/tmp/own/y", 100, CancellationToken.None)));
        await client.DeleteDirectoryAsync("/tmp/own", CancellationToken.None);
        Assert.Equal("FileNotFound", await FaultAsync(() => client.DownloadAsync("/tmp/own/y", 100, CancellationToken.None)));
    }

    [Theory]
    [InlineData("GuestComponentsOutOfDate", "GuestOperationsUnavailable", "Update VMware Tools")]
    [InlineData("OperationDisabledByGuest", "GuestOperationsUnavailable", "tools.conf")]
    [InlineData("OperationNotSupportedByGuest", "GuestOperationsUnavailable", "-Ssh")]
    [InlineData("GuestPermissionDenied", "GuestPermissionDenied", "-GuestCredential")]
    [InlineData("GuestOperationsUnavailable", "GuestToolsNotRunning", "open-vm-tools")]
    [InlineData("InvalidGuestLogin", "GuestLoginFailed", "not of vSphere")]
    public async Task AFault_IsSaidInWords_WithTheVmAndWhatToDo(string fault, string id, string next)
    {
        _lab.Simulator.Faults.Add(new FaultRule { Method = "StartProgramInGuest", Fault = fault });
        using IGuestShell shell = await ShellAsync();
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => shell.RunAsync(new GuestCommand("true"), CancellationToken.None));
        Assert.Equal((id, "web-01"), (error.Id, error.Target));
        Assert.Contains(next, error.NextStep, StringComparison.Ordinal);
        lock (_lab.Inventory.Gate)
        {
            Assert.Empty(Guest.Files.List("/tmp"));
        }
    }

    [Fact]
    public async Task ACommand_OverWhichTheGuestIsRestarted_IsLost_NotEnded()
    {
        using IGuestShell shell = await ShellAsync();
        Task<ShellResult> running = shell.RunAsync(new GuestCommand("sleep 1000000"), CancellationToken.None);
        await Eventually.IsTrueAsync(() => Sleeps());
        lock (_lab.Inventory.Gate)
        {
            Guest.Boot();
        }

        GpuVSphereException lost = await Assert.ThrowsAsync<GpuVSphereException>(() => running);
        Assert.Equal(("GuestCommandLost", "web-01"), (lost.Id, lost.Target));
        Assert.Contains("were restarted", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAWayIntoGuests_NothingIsAsked()
    {
        OperationContext context = new([_session], _lab.Simulator.Clock, Path.GetTempPath());
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => GuestGpuTest.RunAsync(context, [Target], new GuestGpuTestOptions(), _ => { }, CancellationToken.None));
        Assert.Equal("GuestShellMissing", error.Id);
        Assert.Contains("-GuestCredential", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AVmThatIsGone_IsSaid_AndTheOthersGoOn()
    {
        OperationContext context = new([_session], _lab.Simulator.Clock, Path.GetTempPath()) { Guests = _lab.Simulator.GuestsAs("admin", SimulatorUser.DefaultPassword) };
        PlanTarget gone = new(new VimObjectId(_session.ServerUuid, new ManagedObjectReference("VirtualMachine", "vm-99999")), "gone-01", _session.ServerName);
        IReadOnlyList<GuestGpuTestResult> results = await GuestGpuTest.RunAsync(context, [gone, Target], new GuestGpuTestOptions(), _ => { }, CancellationToken.None);
        Assert.Equal(("VmNotFound", "gone-01"), (results[0].Error?.Id, results[0].Error?.Target));
        Assert.Null(results[1].Error);
        Assert.Contains(results[1].Checks, check => check is { Check: "GpuSeen", Outcome: GuestCheckOutcome.Failed });
    }

    private SimulatedGuest Guest => _lab.Vm("web-01").Guest;

    private ManagedObjectReference Vm => new("VirtualMachine", _lab.Raw.Vm("web-01").MoRef);

    private PlanTarget Target => new(new VimObjectId(_session.ServerUuid, Vm), "web-01", _session.ServerName);

    private bool Sleeps()
    {
        lock (_lab.Inventory.Gate)
        {
            return Guest.Processes.Any(process => process.CommandLine.EndsWith("sleep 1000000", StringComparison.Ordinal) && process.Name == "sleep");
        }
    }

    private static async Task<GuestProcessState> ListAsync(GuestClient client, long pid) => Assert.Single(await client.ListProcessesAsync([pid], CancellationToken.None));

    private static async Task<string> FaultAsync(Func<Task> call) => (await Assert.ThrowsAnyAsync<VimFaultException>(call)).FaultType;

    private Task<GuestClient> OpenAsync(string user) => GuestClient.OpenAsync(_session, Vm, new VimCredential(user, ToolsShellTests.Secret(SimulatorUser.DefaultPassword)), CancellationToken.None);

    private Task<IGuestShell> ShellAsync() =>
        new ToolsGuestShells([_session], new VimCredential("admin", ToolsShellTests.Secret(SimulatorUser.DefaultPassword))).OpenAsync(new GuestAddress(Target.Id, "web-01", null, null), CancellationToken.None);
}
