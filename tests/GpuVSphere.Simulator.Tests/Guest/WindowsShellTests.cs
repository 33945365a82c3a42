using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>A Windows guest by guest operations: one program, its files, and nothing left behind.</summary>
public sealed class WindowsShellTests : IDisposable
{
    private readonly SimulatorLab _lab = new(new SimulatorOptions { ClockSpeed = 2_000, Scenario = "guests" });

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task AProgram_GetsItsArgumentsAsTheyAre_ThroughTheBatchFile()
    {
        using IGuestShell shell = await OpenAsync();
        Assert.Equal(GuestFamily.Windows, shell.Family);
        ShellResult result = await shell.RunAsync(new GuestCommand("hostname.exe"), CancellationToken.None);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("is not recognized", result.Error, StringComparison.Ordinal);

        lock (_lab.Inventory.Gate)
        {
            _lab.Vm("win-01").Guest.Files.PutProgram("/C:/Windows/System32/echo.exe", "echo");
        }

        string hostile = "a&b %PATH% \"q\" ^x <y> c:\\";
        result = await shell.RunAsync(new GuestCommand(WindowsQuotingLine("echo.exe", hostile)), CancellationToken.None);
        Assert.Equal((0, hostile + "\n"), (result.ExitCode, result.Output));
        AssertNothingLeft();
    }

    [Fact]
    public async Task AProgramThatIsTooLong_IsEnded()
    {
        lock (_lab.Inventory.Gate)
        {
            _lab.Vm("win-01").Guest.Files.PutProgram("/C:/Windows/System32/sleep.exe", "sleep");
        }

        using IGuestShell shell = await OpenAsync();
        GuestCommandTimeoutException error = await Assert.ThrowsAsync<GuestCommandTimeoutException>(
            () => shell.RunAsync(new GuestCommand("sleep.exe infinity") { Timeout = TimeSpan.FromMinutes(2) }, CancellationToken.None));
        Assert.Equal("GuestCommandTimeout", error.Id);
        await Eventually.IsTrueAsync(() => !_lab.Raw.Vm("win-01").Guest.Processes.Any(line => line.Contains("infinity", StringComparison.Ordinal)));
        AssertNothingLeft();
    }

    [Fact]
    public async Task Files_AreWrittenBesideAndMoved_ReadAndRemoved()
    {
        using IGuestShell shell = await OpenAsync();
        const string Path = @"C:\ProgramData\x.ini";
        await shell.WriteFileAsync(Path, new MemoryStream([1, 0, 255]), 3, GuestFileOptions.Default, CancellationToken.None);
        await shell.WriteFileAsync(Path, new MemoryStream([2]), 1, GuestFileOptions.Default, CancellationToken.None);
        Assert.Equal([2], await shell.ReadFileAsync(Path, CancellationToken.None));
        await shell.DeleteFileAsync(Path, CancellationToken.None);
        await shell.DeleteFileAsync(Path, CancellationToken.None);
        Assert.Null(await shell.ReadFileAsync(Path, CancellationToken.None));
        Assert.Empty(_lab.Raw.Vm("win-01").Guest.ListFiles(@"C:\ProgramData"));
        Assert.Equal("GuestFileFailed", (await Assert.ThrowsAsync<GpuVSphereException>(() => shell.WriteFileAsync(@"C:\none\x", new MemoryStream([2]), 1, GuestFileOptions.Default, CancellationToken.None))).Id);
        AssertNothingLeft();
    }

    // As WindowsQuoting joins them, which only Core and its own tests see.
    private static string WindowsQuotingLine(string program, string argument) => program + " \"" + argument.Replace("\"", "\\\"", StringComparison.Ordinal) + "\\\"";

    private void AssertNothingLeft() => Assert.Empty(_lab.Raw.Vm("win-01").Guest.ListFiles(@"C:\Users\admin\AppData\Local\Temp"));

    private async Task<IGuestShell> OpenAsync()
    {
        VimSession session = await VmLab.LogInAsync(_lab.Simulator.Server);
        GuestAddress address = new(new VimObjectId(session.ServerUuid, new ManagedObjectReference("VirtualMachine", _lab.Raw.Vm("win-01").MoRef)), "win-01", null, null);
        return await new ToolsGuestShells([session], new VimCredential("admin", ToolsShellTests.Secret(SimulatorUser.DefaultPassword))).OpenAsync(address, CancellationToken.None);
    }
}
