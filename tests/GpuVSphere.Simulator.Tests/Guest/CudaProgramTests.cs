using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Tests.Model;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>CUDA's run-files and packages, and docker: what is there is what was asked for, and what the real ones refuse is refused.</summary>
public sealed class CudaProgramTests : IDisposable
{
    private const string File = "/opt/cuda_9.1.85_387.26_linux";

    private readonly SimulatorLab _lab = new(new SimulatorOptions { ClockSpeed = 10_000 });

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task ARunFile_InstallsWhatIsAskedFor_AndPatchesListThemselves()
    {
        await PutAsync("apt-get install -y gcc make");
        await SaysAsync("root", $"sh {File} --silent --toolkit --samples --samplespath=/usr/local/src --override && sh /opt/cuda_9.1.85.2_linux --silent --accept-eula");

        Assert.Contains("release 9.1, V9.1.85\n", await SaysAsync("admin", "/usr/local/cuda-9.1/bin/nvcc --version"));
        Assert.Equal("CUDA Version 9.1.85\nCUDA Patch Version 9.1.85.2\n", await SaysAsync("admin", "cat /usr/local/cuda/version.txt"));
        Assert.Equal("0_Simple\n1_Utilities\n", await SaysAsync("admin", "ls /usr/local/src/NVIDIA_CUDA-9.1_Samples"));
        Assert.Equal("no\n", await SaysAsync("admin", "[ -e /proc/driver/nvidia/version ] && echo yes || echo no"));
    }

    public static TheoryData<string, string, string> Refusals => new()
    {
        { "admin", $"sh /tmp/f --silent --toolkit", "must be run as root" },
        { "root", $"sh {File}", "Signal caught" },
        { "root", $"sh {File} --silent --toolkit", "unsupported compiler: 11.2.0. Use --override" },
        { "root", "sh /opt/cuda_9.1.85.2_linux --silent", "Signal caught" },
        { "root", "sh /opt/cuda_9.1.85.2_linux --silent --accept-eula", "CUDA Toolkit not found" },
        { "root", "apt-get remove -y gcc >/dev/null; sh " + File + " --silent --toolkit --override", "Missing gcc" },
        { "root", "docker version", "not found" },
        { "root", "apt-get install -y nvidia-container-toolkit", "Unable to locate package" },
        { "root", "apt-get install -y cuda-toolkit-12-4", "Unable to locate package" },
        { "root", "dpkg -i /opt/cuda-repo.deb >/dev/null; apt-get install -y cuda-toolkit-12-4", "Unable to locate package" },
        { "root", "apt-get install -y docker.io >/dev/null; docker run --rm --runtime=nvidia ubuntu nvidia-smi", "unknown or invalid runtime name: nvidia" },
        { "root", "apt-get install -y docker.io >/dev/null; docker run --rm ubuntu nvidia-smi", "executable file not found" },
        { "root", "apt-get install -y docker.io >/dev/null; docker run --rm no/such:image true", "pull access denied" },
        { "admin", "docker version", "not found" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task WhatCannotBe_IsRefused(string user, string command, string error)
    {
        await PutAsync("apt-get install -y gcc make");
        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, "web-01", user);
        ShellResult result = await shell.RunAsync(new GuestCommand(command), CancellationToken.None);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARepository_HasTheToolkitWithoutADriver()
    {
        await PutAsync("true");
        await SaysAsync("root", "dpkg -i /opt/cuda-repo.deb && mkdir -p /usr/share/keyrings && cp /var/cuda-repo-*/cuda-*-keyring.gpg /usr/share/keyrings/ && apt-get update && apt-get install -y cuda-toolkit-12-4");
        Assert.Equal("/usr/local/cuda-12.4\n", await SaysAsync("admin", "readlink -f /usr/local/cuda"));
        Assert.Contains("\"12.4.1\"", await SaysAsync("admin", "cat /usr/local/cuda/version.json"));
        Assert.Contains("V12.4.101", await SaysAsync("admin", "/usr/local/cuda/bin/nvcc --version"));
    }

    [Fact]
    public async Task TheRuntime_IsKnownAfterDockerWasRestarted()
    {
        await SaysAsync("root", "mkdir -p /etc/apt/sources.list.d; touch /etc/apt/sources.list.d/nvidia-container-toolkit.list; apt-get install -y docker.io nvidia-container-toolkit; echo '{\"debug\": true}' > /etc/docker/daemon.json");
        await SaysAsync("root", "nvidia-ctk runtime configure --runtime=docker");
        Assert.DoesNotContain("nvidia", await SaysAsync("root", "docker info"));
        await SaysAsync("root", "systemctl restart docker");
        Assert.Contains("nvidia", await SaysAsync("root", "docker info | grep Runtimes"));
        Assert.Contains("\"debug\": true", await SaysAsync("root", "cat /etc/docker/daemon.json"));
    }

    private async Task PutAsync(string first)
    {
        lock (_lab.Inventory.Gate)
        {
            foreach (KeyValuePair<string, byte[]> file in new Dictionary<string, byte[]>
            {
                [File] = SimulatedCuda.RunFile("9.1.85", "387.26"),
                ["/tmp/f"] = SimulatedCuda.RunFile("9.1.85", "387.26"),
                ["/opt/cuda_9.1.85.2_linux"] = SimulatedCuda.Patch("9.1.85", 2),
                ["/opt/cuda-repo.deb"] = SimulatedCuda.Repository("12.4.1", isDeb: true),
            })
            {
                _lab.Vm("web-01").Guest.Files.Put(file.Key, file.Value);
            }
        }

        await SaysAsync("root", first);
    }

    private async Task<string> SaysAsync(string user, string command)
    {
        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, "web-01", user);
        ShellResult result = await shell.RunAsync(new GuestCommand(command), CancellationToken.None);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }
}
