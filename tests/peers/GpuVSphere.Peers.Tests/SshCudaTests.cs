using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;

namespace GpuVSphere.Peers.Tests;

/// <summary>Install-CudaToolkit's operation over a real sshd, by each of its ways; packages come by the real apt and dpkg.</summary>
public sealed class SshCudaTests
{
    private const string Vm = "client-01";

    private static readonly GuestChangeOptions s_none = new();

    [SkippableFact]
    public async Task The_run_file_and_its_patch_are_installed_and_proven_by_the_samples()
    {
        using GuestLab lab = await StartAsync();
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);

        // Too new for the driver is refused by the plan, before anything is uploaded.
        string late = lab.File("cuda_12.4.1_550.54.15_linux.run", "#!/bin/sh\nexit 1\n");
        Finding tooNew = Assert.Single((await lab.PlanAsync(CudaToolkitIntents.FromFile(lab.Vms(Vm), late, [], null, false, false, true, s_none))).Findings, finding => finding.Blocks);
        Assert.Equal("CudaDriverTooOld", tooNew.ErrorId);
        Assert.Empty(guest.Leftovers());

        // Its own refusal is explained, and what was uploaded is gone.
        Assert.Equal("CudaCompilerUnsupported", (await lab.FailsAsync(RunFile(lab, overrides: false))).Id);
        Assert.Empty(guest.Leftovers());

        ChangeResult result = await lab.DoneAsync(RunFile(lab, overrides: true));

        Assert.Contains("CUDA 9.1.85 is in /usr/local/cuda-9.1 with patches 1; deviceQuery: 1 CUDA device: GRID P100-8Q", result.Message, StringComparison.Ordinal);
        Assert.Contains("vectorAdd: it passed", result.Message, StringComparison.Ordinal);
        Assert.Equal("CUDA Version 9.1.85\nCUDA Patch Version 9.1.85.1\n", guest.Read("/usr/local/cuda-9.1/version.txt"));
        Assert.Null(guest.Read("/run/cuda-brought-a-driver"));
        Assert.Empty(guest.Leftovers());
        Assert.True((await lab.PlanAsync(RunFile(lab, overrides: true))).IsEmpty);
        IReadOnlyDictionary<string, GuestGpuCheck> checks = await lab.TestAsync(Vm);
        Assert.All(["Cuda", "DeviceQuery", "VectorAdd"], check => Assert.True(checks[check].Outcome == GuestCheckOutcome.Passed, $"{check}: {checks[check].Seen}"));
    }

    [SkippableFact]
    public async Task A_package_that_brings_a_repository_leads_to_the_toolkit()
    {
        // The client's configuration sends the user's language along, as that of some distributions does, and the guest's programs speak it.
        using GuestLab lab = await StartAsync("/bin/sh /usr/lib/guest/packages cuda");
        lab.Configures = "Host *\n  SetEnv LANG=C.UTF-8 LANGUAGE=de\n";
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        Finding none = Assert.Single((await lab.PlanAsync(CudaToolkitIntents.FromRepository(lab.Vms(Vm), "11.4", true, true, s_none))).Findings, finding => finding.Blocks);
        Assert.Equal("CudaPackageUnavailable", none.ErrorId);

        // The package is made in the guest by dpkg-deb, and from here on is a file of this machine.
        string repository = lab.Copy(Vm, "/opt/cuda-repo-ubuntu2204-11-4-local_11.4.1-470.57.02-1_amd64.deb");
        guest.Delete("/opt/cuda-repo-ubuntu2204-11-4-local_11.4.1-470.57.02-1_amd64.deb");
        ChangeResult result = await lab.DoneAsync(CudaToolkitIntents.FromFile(lab.Vms(Vm), repository, [], null, true, false, true, s_none));

        Assert.Contains("CUDA 11.4.1 is in /usr/local/cuda-11.4", result.Message, StringComparison.Ordinal);
        Assert.Equal("the key\n", guest.Read("/usr/share/keyrings/cuda-11A41234-keyring.gpg"));
        Assert.Contains(lab.Feedback.Lines, line => line.Contains("Setting up cuda-toolkit-11-4", StringComparison.Ordinal));
        Assert.Empty(guest.Leftovers());
        Assert.True((await lab.PlanAsync(CudaToolkitIntents.FromRepository(lab.Vms(Vm), "11.4", true, true, s_none))).IsEmpty);
    }

    [SkippableFact]
    public async Task Containers_have_the_gpu_after_docker_and_its_runtime_came()
    {
        using GuestLab lab = await StartAsync("/bin/sh /usr/lib/guest/packages docker; apt-get update > /dev/null 2>&1");
        lab.Reuse();
        Assert.Equal("ContainerCheckFailed", (await lab.FailsAsync(CudaToolkitIntents.Containers(lab.Vms(Vm), "registry.lab/none", s_none))).Id);

        ChangeResult result = await lab.DoneAsync(CudaToolkitIntents.Containers(lab.Vms(Vm), "ubuntu", s_none));

        Assert.Equal("nvidia-smi answers in a container of ubuntu", result.Message);
        Assert.Contains("nvidia-container-runtime", lab.Guest(Vm).Read("/etc/docker/daemon.json"), StringComparison.Ordinal);
        Assert.True((await lab.PlanAsync(CudaToolkitIntents.Containers(lab.Vms(Vm), "ubuntu", s_none))).IsEmpty);
        Assert.Empty(lab.Guest(Vm).Leftovers());
    }

    private static Task<GuestLab> StartAsync(string prepare = "") =>
        GuestLab.StartAsync("guests", 1, (Vm, GuestLab.VgpuDevice + "\n" + GuestLab.Installed("470.63.01", "grid") + "\n" + prepare));

    private static ChangeIntent RunFile(GuestLab lab, bool overrides) => CudaToolkitIntents.FromFile(
        lab.Vms(Vm),
        lab.File("cuda_9.1.85_387.26_linux.run", "#!/bin/sh\nversion=9.1.85 gcc=6\n", "cuda/toolkit"),
        [lab.File("cuda_9.1.85.1_linux.run", "#!/bin/sh\nversion=9.1.85 number=1\n", "cuda/patch")],
        CudaToolkitIntents.DefaultSamplesFolder,
        link: true,
        overrides,
        acceptsEula: true,
        s_none);
}
