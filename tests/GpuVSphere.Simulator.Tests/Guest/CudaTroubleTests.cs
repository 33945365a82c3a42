using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Model.Guest.Cuda;
using GpuVSphere.Simulator.Tests.Hosts;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Each way that CUDA does not come into a guest, or does not work there: what is said of it, and that nothing is left behind.</summary>
public sealed class CudaTroubleTests : IDisposable
{
    private const double Speed = 200;

    private static readonly GuestChangeOptions s_none = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("#!/bin/sh\necho 'ERROR: the archive is damaged' >&2\nexit 5\n", "CudaInstallFailed", "CUDA 9.1.85 could not be installed: ERROR: the archive is damaged", "cuda-installer.log")]
    [InlineData("#!/bin/sh\necho done\n", "CudaNotSeen", "/usr/local/cuda-9.1/bin/nvcc does not answer", "cuda-installer.log")]
    public async Task ARunFileThatFails_OrInstallsNothing_IsNotCalledASuccess(string script, string id, string words, string next)
    {
        using GuestDriverLab lab = await ReadyAsync();
        Failed(await lab.ApplyAsync(RunFile(lab, Encoding.ASCII.GetBytes(script))), lab, id, words, next);
    }

    [Fact]
    public async Task APatchThatFails_IsNamed_AndTheToolkitBeforeItStays()
    {
        using GuestDriverLab lab = await ReadyAsync();
        string patch = Put("cuda_9.1.85.2_linux", Encoding.ASCII.GetBytes("#!/bin/sh\necho 'No toolkit to patch'\nexit 1\n"));

        ChangeResult result = await lab.ApplyAsync(RunFile(lab, SimulatedCuda.RunFile("9.1.85", "387.26"), [patch, Put("cuda_9.1.85.1_linux", SimulatedCuda.Patch("9.1.85", 1))]));

        Failed(result, lab, "CudaPatchFailed", "cuda_9.1.85.2_linux could not be applied: No toolkit to patch", "cuda-installer.log");
        Assert.Equal("CUDA Version 9.1.85\nCUDA Patch Version 9.1.85.1\n", await lab.SaysAsync("cat /usr/local/cuda-9.1/version.txt"));
    }

    [Fact]
    public async Task AFileThatCannotBeReadAnyMore_IsSaid_AndNoFolderIsLeft()
    {
        using GuestDriverLab lab = await ReadyAsync();
        IGpuOperation operation = GpuOperations.Create(RunFile(lab, SimulatedCuda.RunFile("9.1.85", "387.26")), lab.Context());
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        string file = Path.Combine(_folder, "cuda_9.1.85_387.26_linux");
        using FileStream held = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Failed, "CudaFileNotReadable", file), (result.Outcome, result.Error!.Id, result.Error.Target));
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/var/tmp"));
    }

    [Fact]
    public async Task VectorAddThatFails_IsSaid_AlthoughDeviceQueryPassed()
    {
        using GuestDriverLab lab = await ReadyAsync();
        lab.Change(guest => guest.State<CudaOrders>().IsMemoryTaken = true);

        Failed(await lab.ApplyAsync(RunFile(lab, SimulatedCuda.RunFile("9.1.85", "387.26"))), lab, "VectorAddFailed", "CUDA 9.1.85 is installed in v67-01, and vectorAdd fails", "Test-GpuGuest -VM v67-01");
    }

    [Fact]
    public async Task APackageThatIsDamaged_IsSaid()
    {
        using GuestDriverLab lab = await ReadyAsync();
        string file = Put("cuda-repo-ubuntu2204-11-4-local_11.4.0-470.42.01-1_amd64.deb", Encoding.ASCII.GetBytes("<html>moved</html>"));

        Failed(
            await lab.ApplyAsync(CudaToolkitIntents.FromFile([lab.Target], file, [], null, true, false, true, s_none)),
            lab,
            "CudaPackageFailed",
            "not a Debian format archive",
            "cuda-installer.log");
    }

    [Fact]
    public async Task DockerThatCannotBeHad_AndPackagesThatCannotBeInstalled_AreSaid()
    {
        using GuestDriverLab lab = await ReadyAsync();
        await lab.SaysAsync("mkdir -p /etc/apt/sources.list.d; touch /etc/apt/sources.list.d/nvidia-container-toolkit.list");
        ChangeIntent intent = CudaToolkitIntents.Containers([lab.Target], "ubuntu", s_none);
        lab.Order(orders => orders.Withdrawn.Add("docker.io"));
        ChangeResult refused = await lab.ApplyAsync(intent);
        lab.Order(orders => (_, orders.IsPackageManagerBusy) = (orders.Withdrawn.Remove("docker.io"), true));
        ChangeResult failed = await lab.ApplyAsync(intent);

        Assert.Equal((ChangeOutcome.Blocked, "DockerUnavailable", lab.Vm), (refused.Outcome, refused.Error!.Id, refused.Error.Target));
        Assert.Contains("Docker's own", refused.Error.NextStep, StringComparison.Ordinal);
        Assert.Equal((ChangeOutcome.Failed, "ContainerRuntimeFailed", lab.Vm), (failed.Outcome, failed.Error!.Id, failed.Error.Target));
        Assert.Contains("dpkg frontend lock", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutADriver_NothingIsBegunForContainers()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);

        ChangeResult refused = await lab.ApplyAsync(CudaToolkitIntents.Containers([lab.Target], "ubuntu", s_none));

        Assert.Equal((ChangeOutcome.Blocked, "GuestDriverMissing"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains("Install-NvidiaGuestDriver -VM v67-01", refused.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutTheLicenceAccepted_NothingIsUploaded()
    {
        using GuestDriverLab lab = await ReadyAsync();
        string file = Put("cuda_9.1.85_387.26_linux", SimulatedCuda.RunFile("9.1.85", "387.26"));

        ChangeResult refused = await lab.ApplyAsync(CudaToolkitIntents.FromFile([lab.Target], file, [], null, true, true, acceptsEula: false, s_none));

        Assert.Equal((ChangeOutcome.Blocked, "EulaNotAccepted"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains("-AcceptEula", refused.Error.NextStep, StringComparison.Ordinal);
        Assert.NotEqual(0, (await lab.RunAsync("ls /usr/local/cuda-9.1")).ExitCode);
    }

    [Fact]
    public async Task AStop_EndsTheInstaller_AndRemovesWhatWasUploaded()
    {
        using GuestDriverLab lab = await ReadyAsync();
        using CancellationTokenSource stop = new();
        IGpuOperation operation = GpuOperations.Create(RunFile(lab, SimulatedCuda.RunFile("9.1.85", "387.26")), lab.Context());
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        LabFeedback feedback = new()
        {
            OnStatus = status =>
            {
                if (status.Contains("installing CUDA 9.1.85", StringComparison.Ordinal) && Uploaded(lab))
                {
                    stop.Cancel();
                }
            },
        };

        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, feedback, stop.Token));

        Assert.Equal(ChangeOutcome.Interrupted, result.Outcome);
        Assert.Equal(string.Empty, await lab.SaysAsync("ls /var/tmp"));
        await Eventually.IsTrueAsync(async () => !(await lab.SaysAsync("ps -e -o args")).Contains("cuda_9.1.85", StringComparison.Ordinal));
        Assert.NotEqual(0, (await lab.RunAsync("ls /usr/local/cuda-9.1")).ExitCode);
    }

    [Fact]
    public async Task AHostileFolderForSamples_ReachesTheInstallerAsItIs()
    {
        const string Folder = "/opt/it's $(touch /tmp/owned); x";
        using GuestDriverLab lab = await ReadyAsync();
        string file = Put("cuda_9.1.85_387.26_linux", SimulatedCuda.RunFile("9.1.85", "387.26"));

        ChangeResult done = await lab.ApplyAsync(CudaToolkitIntents.FromFile([lab.Target], file, [], Folder, true, true, true, s_none));

        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Contains("vectorAdd: it passed", done.Message, StringComparison.Ordinal);
        lab.Change(guest => Assert.True(guest.Files.Exists(Folder + "/NVIDIA_CUDA-9.1_Samples/1_Utilities/deviceQuery/deviceQuery")));
        Assert.Equal(string.Empty, await lab.SaysAsync("ls /tmp"));
    }

    private static bool Uploaded(GuestDriverLab lab)
    {
        bool isThere = false;
        lab.Change(guest => isThere = guest.Files.Below("/var/tmp").Any(path => path.EndsWith("/cuda_9.1.85_387.26_linux", StringComparison.Ordinal)));
        return isThere;
    }

    private static void Failed(ChangeResult result, GuestDriverLab lab, string id, string words, string next)
    {
        Assert.Equal((ChangeOutcome.Failed, id, lab.Vm), (result.Outcome, result.Error?.Id, result.Error?.Target));
        Assert.Contains(words, result.Message, StringComparison.Ordinal);
        Assert.Contains(next, result.Error!.NextStep, StringComparison.Ordinal);
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/var/tmp"));
    }

    private static async Task<GuestDriverLab> ReadyAsync()
    {
        GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        await lab.SaysAsync("apt-get install -y build-essential");
        return lab;
    }

    private ChangeIntent RunFile(GuestDriverLab lab, byte[] content, string[]? patches = null) =>
        CudaToolkitIntents.FromFile([lab.Target], Put("cuda_9.1.85_387.26_linux", content), patches ?? [], "/usr/local/src", true, overrideCheck: true, true, s_none);

    private string Put(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
