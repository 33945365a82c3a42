using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Model.Guest.Cuda;
using GpuVSphere.Simulator.Model.Guest.Licensing;
using GpuVSphere.Simulator.Model.Guest.Nvidia;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>CUDA in Windows guests by NVIDIA's setup, over VMware Tools: the toolkit without its driver, CUDA_PATH, patches, deviceQuery; and each way that it fails.</summary>
public sealed class CudaWindowsTests : IDisposable
{
    // Slow enough for the time limits of commands in guests.
    private const double Speed = 400;

    private const string Driver = "471.68_grid_win10_server2016_server2019_server2022_64bit_international.exe";
    private const string Root = @"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA";

    private static readonly GuestChangeOptions s_none = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_setup_brings_the_toolkit_without_its_driver_and_deviceQuery_proves_it()
    {
        using GuestDriverLab lab = await ReadyAsync();
        ChangeIntent intent = Setup(lab);

        (ChangeResult result, LabFeedback feedback) = await ApplyAsync(lab, intent);

        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
        Assert.Contains($@"CUDA 11.4.0 is in {Root}\v11.4; deviceQuery: 1 CUDA device: GRID P100-8Q", result.Message);
        Assert.Contains("vectorAdd: it passed", result.Message);
        Assert.Empty(feedback.Warnings);
        Assert.Equal("471.68", lab.Drivers.Loaded(lab.Vm));
        Assert.Equal(Root + @"\v11.4", Variable(lab, "CUDA_PATH"));
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/C:/Windows/Temp"));
        Assert.True((await PlanAsync(lab, intent)).IsEmpty);

        GuestGpuTestResult test = Assert.Single(await GuestGpuTest.RunAsync(Context(lab), [lab.Target], new GuestGpuTestOptions(), _ => { }, CancellationToken.None));
        Assert.Contains(test.Checks, check => check is { Check: "Cuda", Outcome: GuestCheckOutcome.Passed } && check.Seen.Contains("toolkit 11.4", StringComparison.Ordinal));
        Assert.Contains(test.Checks, check => check is { Check: "DeviceQuery", Outcome: GuestCheckOutcome.Passed } && check.Seen.Contains("GRID P100-8Q", StringComparison.Ordinal));
        Assert.Contains(test.Checks, check => check is { Check: "VectorAdd", Outcome: GuestCheckOutcome.Passed });
    }

    [Fact]
    public async Task The_upload_is_removed_as_soon_as_Windows_lets_its_setup_go()
    {
        using GuestDriverLab lab = await ReadyAsync();
        Read(lab, guest => guest.State<GuestHeldFiles>().Refusals = 2);
        (ChangeResult result, LabFeedback feedback) = await ApplyAsync(lab, Setup(lab));
        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
        Assert.Equal(0, Read(lab, guest => guest.State<GuestHeldFiles>().Refusals));
        Assert.Empty(feedback.Warnings);
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/C:/Windows/Temp"));
    }

    [Fact]
    public async Task Patches_are_applied_in_their_order_and_once_where_they_are_listed()
    {
        using GuestDriverLab lab = await ReadyAsync();
        string setup = Put("cuda_9.2.148_win10.exe", SimulatedCuda.Setup("9.2.148", "398.26"));
        string[] patches = [.. new[] { 2, 1 }.Select(number => Put($"cuda_9.2.148.{number}_windows.exe", SimulatedCuda.WindowsPatch("9.2.148", number)))];
        ChangeIntent intent = CudaToolkitIntents.FromFile([lab.Target], setup, patches, null, true, false, true, s_none);

        (ChangeResult result, _) = await ApplyAsync(lab, intent);
        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
        Assert.Equal($@"CUDA 9.2.148 is in {Root}\v9.2 with patches 1, 2", result.Message);
        Assert.Equal("CUDA Version 9.2.148\r\nCUDA Patch Version 9.2.148.1\r\nCUDA Patch Version 9.2.148.2\r\n", Read(lab, guest => guest.Files.Text("/C:/Program Files/NVIDIA GPU Computing Toolkit/CUDA/v9.2/version.txt")));
        Assert.True((await PlanAsync(lab, intent)).IsEmpty);
    }

    [Fact]
    public async Task A_patch_that_leaves_no_trace_is_said_to_leave_none()
    {
        using GuestDriverLab lab = await ReadyAsync();
        Order(lab, orders => orders.HidesPatches = true);
        string setup = Put("cuda_9.2.148_win10.exe", SimulatedCuda.Setup("9.2.148", "398.26"));
        string patch = Put("cuda_9.2.148.1_windows.exe", SimulatedCuda.WindowsPatch("9.2.148", 1));
        (ChangeResult result, _) = await ApplyAsync(lab, CudaToolkitIntents.FromFile([lab.Target], setup, [patch], null, true, false, true, s_none));
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Contains("patch 1 was applied and is not listed", result.Message);
    }

    [Fact]
    public async Task CUDA_PATH_is_put_back_when_it_is_to_stay()
    {
        using GuestDriverLab lab = await ReadyAsync();
        Assert.Equal(ChangeOutcome.Done, (await ApplyAsync(lab, Setup(lab))).Result.Outcome);
        string older = Put("cuda_10.2.89_441.22_win10.exe", SimulatedCuda.Setup("10.2.89", "441.22"));

        Assert.Equal(ChangeOutcome.Done, (await ApplyAsync(lab, CudaToolkitIntents.FromFile([lab.Target], older, [], null, false, false, true, s_none))).Result.Outcome);
        Assert.Equal(Root + @"\v11.4", Variable(lab, "CUDA_PATH"));

        ChangePlan link = await PlanAsync(lab, CudaToolkitIntents.FromFile([lab.Target], older, [], null, true, false, true, s_none));
        PlannedChange row = Assert.Single(link.Changes);
        Assert.Equal(("CUDA_PATH", Root + @"\v11.4", Root + @"\v10.2"), (row.Property, row.Before, row.After));
        Assert.Equal(ChangeOutcome.Done, (await ApplyAsync(lab, CudaToolkitIntents.FromFile([lab.Target], older, [], null, true, false, true, s_none))).Result.Outcome);
        Assert.Equal(Root + @"\v10.2", Variable(lab, "CUDA_PATH"));
    }

    [Fact]
    public async Task A_network_setup_needs_internet_access_and_what_was_uploaded_is_gone()
    {
        using GuestDriverLab lab = await ReadyAsync();
        Read(lab, guest => guest.HasInternet = false);
        string network = Put("cuda_11.4.0_win10_network.exe", SimulatedCuda.Setup("11.4.0", null, isNetwork: true));
        ChangeIntent intent = CudaToolkitIntents.FromFile([lab.Target], network, [], null, true, false, true, s_none);

        (ChangeResult result, _) = await ApplyAsync(lab, intent);
        Assert.Equal((ChangeOutcome.Failed, "CudaInstallFailed"), (result.Outcome, result.Error!.Id));
        Assert.Contains("0x80072EE7", result.Message);
        Assert.Contains("internet access", result.Error.NextStep);
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/C:/Windows/Temp"));

        Read(lab, guest => guest.HasInternet = true);
        Assert.Equal(ChangeOutcome.Done, (await ApplyAsync(lab, intent)).Result.Outcome);
    }

    [Theory]
    [InlineData(unchecked((int)0x80070643), "CudaInstallFailed", "Windows Installer failed")]
    [InlineData(2, "CudaInstallFailed", "0x00000002")]
    [InlineData(0, "CudaNotSeen", "nvcc.exe does not answer")]
    [InlineData(1, "CudaNotSeen", "nvcc.exe does not answer")]
    public async Task What_the_setup_ends_with_is_said_and_only_what_is_read_back_counts(int exitCode, string errorId, string words)
    {
        using GuestDriverLab lab = await ReadyAsync();
        Order(lab, orders => orders.SetupEndsWith = exitCode);
        (ChangeResult result, _) = await ApplyAsync(lab, Setup(lab));
        Assert.Equal((ChangeOutcome.Failed, errorId), (result.Outcome, result.Error!.Id));
        Assert.Contains(words, result.Message);
        Assert.Contains("Windows Update", result.Error.NextStep);
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/C:/Windows/Temp"));
    }

    [Fact]
    public async Task A_part_that_the_setup_does_not_have_is_refused_by_it_and_nothing_is_installed()
    {
        using GuestDriverLab lab = await ReadyAsync();
        (ChangeResult result, _) = await ApplyAsync(lab, Setup(lab, parts: ["cudart", "cudart_more"]));
        Assert.Equal((ChangeOutcome.Failed, "CudaSubpackageUnknown"), (result.Outcome, result.Error!.Id));
        Assert.Contains("nvcc_11.4, cudart_11.4, cudart_more_11.4", result.Message);
        Assert.Contains("-Subpackage", result.Error.NextStep);
        Assert.Null(Variable(lab, "CUDA_PATH"));

        Assert.Equal(ChangeOutcome.Done, (await ApplyAsync(lab, Setup(lab, parts: ["cudart"]))).Result.Outcome);
    }

    [Fact]
    public async Task A_deviceQuery_that_sees_no_GPU_outside_of_a_desktop_is_a_warning()
    {
        using GuestDriverLab lab = await ReadyAsync();
        Order(lab, orders => orders.NeedsDesktop = true);
        (ChangeResult result, LabFeedback feedback) = await ApplyAsync(lab, Setup(lab));
        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
        Assert.DoesNotContain("deviceQuery", result.Message);
        Assert.Contains(feedback.Warnings, warning => warning.Contains("deviceQuery sees no GPU", StringComparison.Ordinal));

        GuestGpuTestResult test = Assert.Single(await GuestGpuTest.RunAsync(Context(lab), [lab.Target], new GuestGpuTestOptions(), _ => { }, CancellationToken.None));
        Assert.Contains(test.Checks, check => check is { Check: "DeviceQuery", Outcome: GuestCheckOutcome.Warning });
    }

    [Fact]
    public async Task A_driver_too_old_is_refused_and_when_that_is_skipped_deviceQuery_says_it()
    {
        using GuestDriverLab lab = await ReadyAsync();
        string newer = Put("cuda_12.4.1_551.78_windows.exe", SimulatedCuda.Setup("12.4.1", "551.78"));
        ChangeIntent Wish(params string[] skipped) => CudaToolkitIntents.FromFile([lab.Target], newer, [], "/usr/local/src", true, false, true, new GuestChangeOptions { SkipRules = skipped });
        Finding finding = Assert.Single((await PlanAsync(lab, Wish())).Findings);
        Assert.Equal(("CUDA-DRIVER", "CudaDriverTooOld"), (finding.RuleId, finding.ErrorId));

        (ChangeResult result, _) = await ApplyAsync(lab, Wish("CUDA-DRIVER"));
        Assert.Equal((ChangeOutcome.Failed, "DeviceQueryFailed"), (result.Outcome, result.Error!.Id));
        Assert.Contains("the driver is too old", result.Error.NextStep);
    }

    [Fact]
    public async Task Ways_that_Windows_does_not_have_are_refused_with_the_way_that_it_has()
    {
        using GuestDriverLab lab = await ReadyAsync();
        string runFile = Put("cuda_11.4.0_470.42.01_linux.run", SimulatedCuda.RunFile("11.4.0", "470.42.01"));
        foreach (ChangeIntent intent in new[]
        {
            CudaToolkitIntents.FromRepository([lab.Target], "11.4", true, true, s_none),
            CudaToolkitIntents.Containers([lab.Target], "ubuntu", s_none),
            CudaToolkitIntents.FromFile([lab.Target], runFile, [], null, true, false, true, s_none),
        })
        {
            Finding finding = Assert.Single((await PlanAsync(lab, intent)).Findings);
            Assert.Equal("GuestNotSupported", finding.ErrorId);
            Assert.Contains("_windows.exe", finding.NextStep);
        }
    }

    [Fact]
    public async Task Linux_does_not_take_a_setup_for_Windows()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        Finding finding = Assert.Single((await PlanAsync(lab, Setup(lab), "admin")).Findings);
        Assert.Equal("GuestNotSupported", finding.ErrorId);
        Assert.Contains("_linux.run", finding.NextStep);
    }

    [Fact]
    public async Task Stopping_ends_the_setup_and_removes_the_upload()
    {
        using GuestDriverLab lab = await ReadyAsync(speed: 20);
        using CancellationTokenSource stop = new();
        IGpuOperation operation = GpuOperations.Create(Setup(lab), Context(lab));
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        Task<IReadOnlyList<ChangeResult>> running = operation.ApplyAsync(plan, new LabFeedback(), stop.Token);
        await Eventually.IsTrueAsync(() => Read(lab, guest => guest.Processes.Any(process => process.CommandLine.Contains("cuda_11.4.0", StringComparison.Ordinal) && process.CommandLine.Contains("-noreboot", StringComparison.Ordinal))));
        await stop.CancelAsync();

        Assert.Equal(ChangeOutcome.Interrupted, Assert.Single(await running).Outcome);
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/C:/Windows/Temp"));
        await Eventually.IsTrueAsync(() => Read(lab, guest => !guest.Processes.Any(process => process.CommandLine.Contains("cuda_11.4.0", StringComparison.Ordinal))));
        Assert.Null(Variable(lab, "CUDA_PATH"));
    }

    [Fact]
    public async Task The_simulated_setup_asks_without_s_and_installs_its_driver_when_no_part_is_named()
    {
        using GuestDriverLab lab = await ReadyAsync();
        using IGuestShell shell = await lab.OpenAsync("Administrator");
        byte[] content = SimulatedCuda.Setup("11.4.0", "471.11");
        const string Path = @"C:\Windows\Temp\cuda.exe";
        await shell.WriteFileAsync(Path, new MemoryStream(content), content.Length, GuestFileOptions.Default, default);

        Assert.Equal("GuestCommandTimeout", (await Assert.ThrowsAsync<GuestCommandTimeoutException>(() => shell.RunAsync(new GuestCommand(Path + " nvcc_11.4") { Timeout = TimeSpan.FromMinutes(5) }, default))).Id);
        Assert.Null(Variable(lab, "CUDA_PATH"));
        Assert.Equal(0, (await shell.RunAsync(new GuestCommand(Path + " -s -noreboot"), default)).ExitCode);
        Assert.Equal("471.11", lab.Drivers.Loaded(lab.Vm));
    }

    private static async Task<GuestDriverLab> ReadyAsync(double speed = Speed)
    {
        GuestDriverLab lab = await GuestDriverLab.VgpuAsync("windows2019srv_64Guest", clockSpeed: speed);
        lab.Drivers.Install(lab.Vm, Driver);
        return lab;
    }

    private ChangeIntent Setup(GuestDriverLab lab, IReadOnlyList<string>? parts = null) => CudaToolkitIntents.FromFile(
        [lab.Target], Put("cuda_11.4.0_471.11_win10.exe", SimulatedCuda.Setup("11.4.0", "471.11")), [], CudaToolkitIntents.DefaultSamplesFolder, true, false, true, s_none, parts);

    private string Put(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static T Read<T>(GuestDriverLab lab, Func<SimulatedGuest, T> read)
    {
        lock (lab.Lab.Inventory.Gate)
        {
            return read(lab.Lab.Vm(lab.Vm).Guest);
        }
    }

    private static void Order(GuestDriverLab lab, Action<CudaOrders> order) => Read(lab, guest =>
    {
        order(guest.State<CudaOrders>());
        return true;
    });

    private static string? Variable(GuestDriverLab lab, string name) => Read(lab, guest => guest.State<WindowsRegistry>().Text(WindowsRegistry.Environment, name));

    // Over the wire, as VMware Tools are gone through.
    private static OperationContext Context(GuestDriverLab lab, string user = "Administrator")
    {
        VimCredential login = new(user, Secret(SimulatorUser.DefaultPassword));
        return new([lab.Session], lab.Lab.Simulator.Clock, lab.State) { Guests = new ToolsGuestShells([lab.Session], login) };
    }

    private static System.Security.SecureString Secret(string text)
    {
        System.Security.SecureString secret = new();
        foreach (char c in text)
        {
            secret.AppendChar(c);
        }

        return secret;
    }

    private static Task<ChangePlan> PlanAsync(GuestDriverLab lab, ChangeIntent intent, string user = "Administrator") => GpuOperations.Create(intent, Context(lab, user)).PlanAsync(CancellationToken.None);

    private static async Task<(ChangeResult Result, LabFeedback Feedback)> ApplyAsync(GuestDriverLab lab, ChangeIntent intent)
    {
        IGpuOperation operation = GpuOperations.Create(intent, Context(lab));
        LabFeedback feedback = new();
        return (Assert.Single(await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), feedback, CancellationToken.None)), feedback);
    }
}
