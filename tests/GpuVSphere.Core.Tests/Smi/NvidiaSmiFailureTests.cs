using System.IO;
using System.Linq;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Smi;

public sealed class NvidiaSmiFailureTests
{
    private static readonly VimObjectId s_id = new("uuid", new ManagedObjectReference("HostSystem", "host-1"));

    [Theory]
    [InlineData(127, "", "sh: nvidia-smi: not found", "NvidiaSmiMissing", "Install-NvidiaVib")]
    [InlineData(9, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.", "", "NvidiaDriverNotLoaded", "Reboot")]
    [InlineData(18, "Failed to initialize NVML: Driver/library version mismatch", "", "NvidiaDriverNotLoaded", "Reboot")]
    [InlineData(6, "No devices were found", "", "NvidiaNoDevices", "Get-GpuDevice")]
    [InlineData(0, "No devices were found", "", "NvidiaNoDevices", "Get-GpuDevice")]
    [InlineData(0, "No supported devices in vGPU mode", "", "NvidiaNotInVgpuMode", "Set-HostGraphicsMode -VMHost esx01 -GraphicsType SharedDirect -Reboot")]
    [InlineData(4, "Insufficient Permissions", "", "NvidiaSmiFailed", "-HostCredential")]
    [InlineData(3, "", "", "NvidiaSmiFailed", "vmkernel.log")]
    public void Each_way_it_fails_is_explained_and_says_what_to_do(int exitCode, string output, string error, string id, string step)
    {
        GpuVSphereException failure = NvidiaSmiFailure.Explain(new ShellResult(exitCode, output, error), "esx01", Host(false))!;

        Assert.Equal(id, failure.Id);
        Assert.Equal("esx01", failure.Target);
        Assert.Contains("esx01", failure.Message);
        Assert.Contains(step, failure.NextStep);
    }

    [Fact]
    public void A_success_is_no_failure() => Assert.Null(NvidiaSmiFailure.Explain(new ShellResult(0, "<nvidia_smi_log>", ""), "esx01", null));

    [SkippableFact]
    public void The_real_outputs_are_recognised()
    {
        Assert.Equal("NvidiaDriverNotLoaded", NvidiaSmiFailure.Explain(new ShellResult(9, File.ReadAllText(Samples.Require("nvidia-smi-failed-to-communicate.txt")), ""), "esx01", null)!.Id);
        Assert.Equal("NvidiaNotInVgpuMode", NvidiaSmiFailure.Explain(new ShellResult(0, File.ReadAllText(Samples.Require("nvidia-smi-vgpu-not-in-vgpu-mode.txt")), ""), "esx01", null)!.Id);
    }

    [Fact]
    public void Gpus_in_passthrough_are_named_and_not_called_missing()
    {
        foreach (string said in new[] { "No devices were found", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver." })
        {
            GpuVSphereException failure = NvidiaSmiFailure.Explain(new ShellResult(6, said, ""), "esx01", Host(true, true))!;
            Assert.Contains("0000:01:00.0 (P100), 0000:02:00.0 (P100) are in passthrough and not visible to the host", failure.Message);
            Assert.Contains("Disable-GpuPassthrough", failure.NextStep);
        }

        Assert.Contains("has no NVIDIA GPU", NvidiaSmiFailure.Explain(new ShellResult(6, "No devices were found", ""), "esx01", Host())!.Message);
        Assert.DoesNotContain("Disable-GpuPassthrough", NvidiaSmiFailure.Explain(new ShellResult(6, "No devices were found", ""), "esx01", Host(true, false))!.NextStep);
    }

    private static GpuHost Host(params bool[] inPassthrough) => new()
    {
        Id = s_id,
        Name = "esx01",
        ServerName = "vc",
        Devices = [.. inPassthrough.Select((active, index) => new GpuDevice
        {
            HostId = s_id,
            HostName = "esx01",
            ServerName = "vc",
            Address = new PciAddress(0, (byte)(index + 1), 0, 0),
            Name = "GP100GL",
            Model = "P100",
            VendorId = 0x10DE,
            DeviceId = 0x15F8,
            IsCapable = true,
            IsEnabled = active,
            IsActive = active,
        })],
    };
}
