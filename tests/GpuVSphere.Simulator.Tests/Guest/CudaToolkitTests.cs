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
using GpuVSphere.Simulator.Tests.Hosts;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>CUDA in guests from the plan to deviceQuery: run-file with patches, packages, containers; and each way that it fails.</summary>
public sealed class CudaToolkitTests : IDisposable
{
    private const double Speed = 200;

    private static readonly GuestChangeOptions s_none = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheGuidesWay_InstallsToolkitAndPatches_AndProvesItWithDeviceQuery()
    {
        using GuestDriverLab lab = await ReadyAsync();
        ChangeIntent intent = RunFile(lab, overrides: true);

        ChangeResult result = await lab.ApplyAsync(intent);

        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
        Assert.Contains("CUDA 9.1.85 is in /usr/local/cuda-9.1 with patches 1, 2, 3; deviceQuery: 1 CUDA device: GRID P100-8Q", result.Message);
        Assert.Contains("vectorAdd: it passed", result.Message);
        Assert.Equal("/usr/local/cuda-9.1\n", await lab.SaysAsync("readlink -f /usr/local/cuda"));
        Assert.Equal("CUDA Version 9.1.85\nCUDA Patch Version 9.1.85.1\nCUDA Patch Version 9.1.85.2\nCUDA Patch Version 9.1.85.3\n", await lab.SaysAsync("cat /usr/local/cuda/version.txt"));
        Assert.Equal("470.63.01\n", await lab.SaysAsync("cat /sys/module/nvidia/version"));
        Assert.Equal("", await lab.SaysAsync("ls /var/tmp"));
        Assert.True((await lab.PlanAsync(intent)).IsEmpty);
    }

    [Fact]
    public async Task OnlyThePatchesThatAreMissing_AreApplied()
    {
        using GuestDriverLab lab = await ReadyAsync();
        Assert.Equal(ChangeOutcome.Done, (await lab.ApplyAsync(RunFile(lab, overrides: true, patches: 1))).Outcome);
        ChangePlan plan = await lab.PlanAsync(RunFile(lab, overrides: true));
        Assert.Equal(["CUDA patch 9.1.85.2", "CUDA patch 9.1.85.3"], plan.Changes.Select(change => change.Property));
        Assert.Equal(ChangeOutcome.Done, (await lab.ApplyAsync(RunFile(lab, overrides: true))).Outcome);
    }

    [Fact]
    public async Task ACompilerThatTheToolkitDoesNotKnow_IsSaid_AndNothingIsLeftBehind()
    {
        using GuestDriverLab lab = await ReadyAsync();
        ChangeResult result = await lab.ApplyAsync(RunFile(lab, overrides: false));
        Assert.Equal((ChangeOutcome.Failed, "CudaCompilerUnsupported"), (result.Outcome, result.Error!.Id));
        Assert.Contains("-OverrideCompilerCheck", result.Error.NextStep);
        Assert.Equal("", await lab.SaysAsync("ls /var/tmp"));
    }

    [Theory]
    [InlineData("apt-get remove -y gcc", "CudaCompilerMissing")]
    [InlineData("full", "CudaNoSpace")]
    public async Task WhatTheInstallerLacks_IsSaid(string first, string errorId)
    {
        using GuestDriverLab lab = await ReadyAsync();
        if (first == "full")
        {
            lock (lab.Lab.Inventory.Gate)
            {
                lab.Lab.Vm(lab.Vm).Guest.State<GpuVSphere.Simulator.Model.Guest.Cuda.CudaOrders>().IsFull = true;
            }
        }
        else
        {
            await lab.SaysAsync(first);
        }

        Assert.Equal(errorId, (await lab.ApplyAsync(RunFile(lab, overrides: true))).Error!.Id);
    }

    [Fact]
    public async Task AToolkitTooNewForTheDriver_IsRefused_AndOneOfTheSameBranchIsWarnedOf()
    {
        using GuestDriverLab lab = await ReadyAsync();
        ChangePlan refused = await lab.PlanAsync(CudaToolkitIntents.FromFile([lab.Target], Put("cuda_12.4.1_550.54.15_linux.run", SimulatedCuda.RunFile("12.4.1", "550.54.15")), [], null, true, false, true, s_none));
        Assert.Equal("CudaDriverTooOld", refused.Findings.Single(finding => finding.Blocks).ErrorId);

        ChangePlan warned = await lab.PlanAsync(CudaToolkitIntents.FromFile([lab.Target], Put("cuda_11.4.4_470.82.01_linux.run", SimulatedCuda.RunFile("11.4.4", "470.82.01")), [], null, true, false, true, s_none));
        Assert.Equal(FindingSeverity.Warning, warned.Findings.Single(finding => finding.RuleId == "CUDA-DRIVER").Severity);
    }

    [Fact]
    public async Task WithoutADriver_NothingIsBegun_UnlessTheRuleIsSkipped()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        await lab.SaysAsync("apt-get install -y build-essential");
        Assert.Equal("GuestDriverMissing", (await lab.PlanAsync(RunFile(lab, overrides: true))).Findings.Single(finding => finding.Blocks).ErrorId);

        ChangeResult skipped = await lab.ApplyAsync(RunFile(lab, overrides: true, options: new GuestChangeOptions { SkipRules = ["CUDA-DRIVER"] }));
        Assert.Equal("DeviceQueryFailed", skipped.Error!.Id);
        Assert.Contains("no CUDA-capable device", skipped.Message);
    }

    [Fact]
    public async Task Packages_BringTheToolkitWithoutADriver()
    {
        using GuestDriverLab lab = await ReadyAsync();
        ChangeIntent own = CudaToolkitIntents.FromRepository([lab.Target], "11.4", true, true, s_none);
        Assert.Equal("CudaPackageUnavailable", (await lab.PlanAsync(own)).Findings.Single(finding => finding.Blocks).ErrorId);

        ChangeIntent file = CudaToolkitIntents.FromFile([lab.Target], Put("cuda-repo-ubuntu2204-11-4-local_11.4.0-470.42.01-1_amd64.deb", SimulatedCuda.Repository("11.4.0", true)), [], null, true, false, true, s_none);
        ChangeResult result = await lab.ApplyAsync(file);
        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
        Assert.Equal("/usr/local/cuda-11.4\n", await lab.SaysAsync("readlink -f /usr/local/cuda"));
        Assert.True((await lab.PlanAsync(file)).IsEmpty);
        Assert.True((await lab.PlanAsync(own)).IsEmpty);
    }

    [Fact]
    public async Task Packages_OfRedHat_ComeByDnf()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync("rhel8_64Guest", clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        string deb = Put("cuda-repo-ubuntu2204-11-4-local_11.4.0-470.42.01-1_amd64.deb", SimulatedCuda.Repository("11.4.0", true));
        Assert.Equal("CudaPackageWrongKind", (await lab.PlanAsync(CudaToolkitIntents.FromFile([lab.Target], deb, [], null, true, false, true, s_none))).Findings.Single(finding => finding.Blocks).ErrorId);
        string rpm = Put("cuda-repo-rhel8-11-4-local-11.4.0_470.42.01-1.x86_64.rpm", SimulatedCuda.Repository("11.4.0", false));
        ChangeResult result = await lab.ApplyAsync(CudaToolkitIntents.FromFile([lab.Target], rpm, [], null, true, false, true, s_none));
        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
    }

    [Fact]
    public async Task Containers_HaveTheGpu_AfterDockerAndTheRuntimeCame()
    {
        using GuestDriverLab lab = await ReadyAsync();
        ChangeIntent intent = CudaToolkitIntents.Containers([lab.Target], "ubuntu", s_none);
        Assert.Equal("ContainerToolkitUnavailable", (await lab.PlanAsync(intent)).Findings.Single(finding => finding.Blocks).ErrorId);

        await lab.SaysAsync("mkdir -p /etc/apt/sources.list.d; touch /etc/apt/sources.list.d/nvidia-container-toolkit.list");
        ChangeResult result = await lab.ApplyAsync(intent);
        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
        Assert.Equal("nvidia-smi answers in a container of ubuntu", result.Message);
        Assert.True((await lab.PlanAsync(intent)).IsEmpty);

        ChangeResult unknown = await lab.ApplyAsync(CudaToolkitIntents.Containers([lab.Target], "no/such:image", s_none));
        Assert.Equal((ChangeOutcome.Failed, "ContainerCheckFailed"), (unknown.Outcome, unknown.Error!.Id));
        Assert.Contains("pull access denied", unknown.Message);
    }

    [Fact]
    public void WhatCannotBeMeant_IsRefusedBeforeAnyGuestIsAsked()
    {
        string file = Put("cuda_9.1.85_387.26_linux", SimulatedCuda.RunFile("9.1.85", "387.26"));
        string patch = Put("cuda_9.2.148.1_linux", SimulatedCuda.Patch("9.2.148", 1));
        string other = Put("something.run", []);
        Assert.Equal("CudaFileNotFound", IdOf(() => CudaToolkitIntents.FromFile([], Path.Combine(_folder, "cuda_1.2.3_4.5_linux"), [], null, true, false, true, s_none)));
        Assert.Equal("CudaFileUnknown", IdOf(() => CudaToolkitIntents.FromFile([], other, [], null, true, false, true, s_none)));
        string setup = Put("cuda_9.1.85_win10.exe", SimulatedCuda.Setup("9.1.85", "391.29"));
        string windowsPatch = Put("cuda_9.1.85.1_windows.exe", SimulatedCuda.WindowsPatch("9.1.85", 1));
        string package = Put("cuda-repo-rhel7-9-1-local-9.1.85-1.x86_64.rpm", SimulatedCuda.Repository("9.1.85", false));
        Assert.Equal("CudaPatchWrong", IdOf(() => CudaToolkitIntents.FromFile([], file, [windowsPatch], null, true, false, true, s_none)));
        Assert.Equal("CudaPatchWrong", IdOf(() => CudaToolkitIntents.FromFile([], setup, [patch], null, true, false, true, s_none)));
        Assert.Equal("CudaPatchWrong", IdOf(() => CudaToolkitIntents.FromFile([], package, [windowsPatch], null, true, false, true, s_none)));
        Assert.Equal("CudaFileUnknown", IdOf(() => CudaToolkitIntents.FromFile([], windowsPatch, [], null, true, false, true, s_none)));
        Assert.Equal("CudaSubpackageInvalid", IdOf(() => CudaToolkitIntents.FromFile([], file, [], null, true, false, true, s_none, ["nvcc"])));
        Assert.Equal("CudaSubpackageInvalid", IdOf(() => CudaToolkitIntents.FromFile([], setup, [], null, true, false, true, s_none, ["Display.Driver"])));
        Assert.Equal("CudaFileUnknown", IdOf(() => CudaToolkitIntents.FromFile([], patch, [], null, true, false, true, s_none)));
        Assert.Equal("CudaPatchWrong", IdOf(() => CudaToolkitIntents.FromFile([], file, [patch], null, true, false, true, s_none)));
        Assert.Equal("SamplesPathInvalid", IdOf(() => CudaToolkitIntents.FromFile([], file, [], "relative", true, false, true, s_none)));
        Assert.Equal("CudaVersionInvalid", IdOf(() => CudaToolkitIntents.FromRepository([], "twelve", true, true, s_none)));
        Assert.Equal("ImageInvalid", IdOf(() => CudaToolkitIntents.Containers([], "ubuntu; reboot", s_none)));
        Assert.Equal("ImageInvalid", IdOf(() => CudaToolkitIntents.Containers([], "--privileged", s_none)));
    }

    private static string IdOf(Func<ChangeIntent> make) => Assert.Throws<GpuVSphereException>(make).Id;

    private static async Task<GuestDriverLab> ReadyAsync()
    {
        GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        await lab.SaysAsync("apt-get install -y build-essential");
        return lab;
    }

    private ChangeIntent RunFile(GuestDriverLab lab, bool overrides, int patches = 3, GuestChangeOptions? options = null) => CudaToolkitIntents.FromFile(
        [lab.Target],
        Put("cuda_9.1.85_387.26_linux", SimulatedCuda.RunFile("9.1.85", "387.26")),
        [.. Enumerable.Range(1, patches).Reverse().Select(number => Put($"cuda_9.1.85.{number}_linux", SimulatedCuda.Patch("9.1.85", number)))],
        "/usr/local/src",
        true,
        overrides,
        true,
        options ?? s_none);

    private string Put(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
