using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Guest;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class GuestGpuJudgeTests
{
    private static readonly GuestGpuDevice s_device = new()
    {
        Address = "0000:02:01.0",
        Name = "Tesla P100 PCIe 16GB",
        Driver = "nvidia",
        Bars = [new GuestPciBar(0, true, "fc000000", "16M"), new GuestPciBar(1, true, "e0000000000", "16G")],
    };

    /// <summary>What is spoilt, the check that must say so, what it comes to, and words that it says or advises.</summary>
    public static TheoryData<string, string, GuestCheckOutcome, string> Spoiled() => new()
    {
        { "no GPU in the guest", "GpuSeen", GuestCheckOutcome.Failed, "Resolve-GpuPowerOnFault" },
        { "no GPU in guest and settings", "GpuSeen", GuestCheckOutcome.Failed, "Add-VmGpuPassthrough" },
        { "one of two GPUs", "GpuSeen", GuestCheckOutcome.Failed, "2 GPUs configured" },
        { "GPU fell off the bus", "GpuSeen", GuestCheckOutcome.Failed, "no longer answers" },
        { "no lspci", "GpuSeen", GuestCheckOutcome.NotChecked, "pciutils" },
        { "BAR1 without address", "BarAssigned", GuestCheckOutcome.Failed, "BAR1" },
        { "BAR1 without address on BIOS", "BarAssigned", GuestCheckOutcome.Failed, "needs EFI" },
        { "no regions told", "BarAssigned", GuestCheckOutcome.NotChecked, "sudo" },
        { "nouveau", "Driver", GuestCheckOutcome.Failed, "nouveau is loaded" },
        { "no driver", "Driver", GuestCheckOutcome.Failed, "Install-NvidiaGuestDriver" },
        { "module not loaded", "Driver", GuestCheckOutcome.Failed, "modprobe nvidia" },
        { "kernel without module", "Driver", GuestCheckOutcome.Failed, "kernel" },
        { "older module loaded", "Driver", GuestCheckOutcome.Warning, "Restart the guest" },
        { "unsigned under Secure Boot", "SecureBoot", GuestCheckOutcome.Failed, "mokutil --import" },
        { "Secure Boot unknown", "SecureBoot", GuestCheckOutcome.NotChecked, "mokutil --sb-state" },
        { "nvidia-smi fails", "NvidiaSmi", GuestCheckOutcome.Failed, "couldn't communicate" },
        { "nvidia-smi finds no device", "NvidiaSmi", GuestCheckOutcome.Failed, "No devices were found; the driver says: NVRM: GPU 0000:02:00.0: RmInitAdapter failed! (0x24:0x72:1447)" },
        { "no nvidia-smi", "NvidiaSmi", GuestCheckOutcome.Failed, "not installed" },
        { "nvidia-smi sees fewer", "NvidiaSmi", GuestCheckOutcome.Failed, "1 GPU of 2" },
        { "vGPU where a whole GPU is configured", "VirtualizationMode", GuestCheckOutcome.Failed, "1 whole GPU" },
        { "mode None", "VirtualizationMode", GuestCheckOutcome.Warning, "Pass-Through" },
        { "manager in the guest", "VirtualizationMode", GuestCheckOutcome.Failed, "vGPU manager for hosts" },
        { "vGPU: driver of another branch", "VgpuManager", GuestCheckOutcome.Failed, "takes guest drivers" },
        { "vGPU: manager not known", "VgpuManager", GuestCheckOutcome.NotChecked, "Test-VgpuCompatibility" },
        { "vGPU: B series", "Cuda", GuestCheckOutcome.Warning, "C and Q" },
        { "no libcuda", "Cuda", GuestCheckOutcome.Failed, "libcuda.so.1" },
        { "deviceQuery fails", "DeviceQuery", GuestCheckOutcome.Failed, "older toolkit" },
        { "vectorAdd not there", "VectorAdd", GuestCheckOutcome.NotChecked, "Install-CudaToolkit" },
        { "vectorAdd not built", "VectorAdd", GuestCheckOutcome.NotChecked, "-BuildSample" },
        { "Windows: no driver", "Driver", GuestCheckOutcome.Failed, "code 28" },
        { "Windows: code 43", "Driver", GuestCheckOutcome.Failed, "code 43" },
        { "Windows: deviceQuery sees nothing", "DeviceQuery", GuestCheckOutcome.Warning, "no CUDA-capable device" },
        { "Windows: deviceQuery fails", "DeviceQuery", GuestCheckOutcome.Failed, "insufficient" },
        { "Windows: no deviceQuery", "DeviceQuery", GuestCheckOutcome.NotChecked, "not found" },
        { "Windows: code 12", "BarAssigned", GuestCheckOutcome.Failed, "code 12" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void What_is_spoilt_is_said_by_its_check(string what, string check, GuestCheckOutcome outcome, string words)
    {
        GuestGpuCheck found = Assert.Single(Judge(State(what)), one => one.Check == check);

        Assert.Equal(outcome, found.Outcome);
        Assert.Contains(words, found.Seen + " " + found.NextStep, StringComparison.Ordinal);
        Assert.True(found.Outcome != GuestCheckOutcome.Failed || found.NextStep is { Length: > 0 }, "what failed says what to do next");
    }

    [Theory]
    [InlineData("")]
    [InlineData("vGPU")]
    [InlineData("Windows")]
    public void Where_all_is_well_every_check_passes(string what) =>
        Assert.All(Judge(State(what)), check => Assert.True(check.Outcome == GuestCheckOutcome.Passed, $"{check}: {check.Seen}"));

    [Fact]
    public void Without_a_report_nothing_of_it_is_called_right()
    {
        GuestGpuCheck[] checks = [.. Judge(State("no driver"))];

        Assert.DoesNotContain(checks, check => check.Check is "VirtualizationMode" or "Cuda" or "NvidiaSmi" && check.Outcome == GuestCheckOutcome.Passed);
    }

    [Fact]
    public void A_name_with_a_space_can_be_typed_as_it_is_advised()
    {
        GuestGpuState state = State("no driver");
        GuestGpuCheck driver = Assert.Single(Judge(state with { Vm = state.Vm with { Name = "ml 'a'" } }), check => check.Check == "Driver");

        Assert.Contains("-VM 'ml ''a'''", driver.NextStep, StringComparison.Ordinal);
    }

    private static IReadOnlyList<GuestGpuCheck> Judge(GuestGpuState state) => GuestGpuJudge.Judge(state, VgpuCatalog.Default);

    private static GuestGpuState State(string what)
    {
        GuestGpuState well = Linux(VmGpuKind.StaticPassthrough, "Pass-Through");
        GuestGpuState vgpu = Linux(VmGpuKind.Vgpu, "VGPU") with { Manager = VgpuCatalog.Default.ReadVersion("390.42", VgpuSide.Manager) };
        GuestGpuState windows = well with { Family = GuestFamily.Windows, System = "Windows Server 2019", Modules = [], Installed = null, LoadedVersion = null, CudaLibrary = null, Devices = [Windows(0)] };
        GuestGpuState none = well with { Modules = [], Installed = null, LoadedVersion = null, Smi = null, HasSmi = false, CudaLibrary = null, Devices = [s_device with { Driver = null }] };
        return what switch
        {
            "" => well,
            "vGPU" => vgpu,
            "Windows" => windows,
            "no GPU in the guest" => none with { Devices = [] },
            "no GPU in guest and settings" => none with { Devices = [], Vm = well.Vm with { PciDevices = [] } },
            "one of two GPUs" => well with { Vm = well.Vm with { PciDevices = [.. well.Vm.PciDevices, .. well.Vm.PciDevices] } },
            "GPU fell off the bus" => well with { Devices = [s_device with { IsGone = true }] },
            "no lspci" => well with { Devices = null, WhyNoDevices = "lspci is not there", ToListDevices = "Install pciutils." },
            "BAR1 without address" => well with { Devices = [WithoutBar1] },
            "BAR1 without address on BIOS" => well with { Devices = [WithoutBar1], Vm = well.Vm with { Firmware = "bios" } },
            "no regions told" => well with { Devices = [s_device with { Bars = [] }] },
            "nouveau" => none with { Modules = ["nouveau"], Devices = [s_device with { Driver = "nouveau" }] },
            "no driver" or "no nvidia-smi" => none,
            "module not loaded" => none with { Installed = well.Installed, HasSmi = true, SmiTrouble = "it failed" },
            "kernel without module" => none with { HasSmi = true },
            "older module loaded" => well with { LoadedVersion = "384.81" },
            "unsigned under Secure Boot" => none with { Installed = well.Installed, SecureBoot = true },
            "Secure Boot unknown" => well with { SecureBoot = null },
            "nvidia-smi fails" => none with { HasSmi = true, SmiTrouble = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver." },
            "nvidia-smi finds no device" => well with { Smi = null, SmiTrouble = "No devices were found", Log = KernelLog.Read("[    3.5] NVRM: GPU 0000:02:00.0: RmInitAdapter failed! (0x24:0x72:1447)") },
            "nvidia-smi sees fewer" => well with { Devices = [s_device, s_device], Vm = well.Vm with { PciDevices = [.. well.Vm.PciDevices, .. well.Vm.PciDevices] } },
            "vGPU where a whole GPU is configured" => well with { Smi = Report("VGPU") },
            "mode None" => well with { Smi = Report(null) },
            "manager in the guest" => well with { Smi = Report("Host VGPU") },
            "vGPU: driver of another branch" => vgpu with { LoadedVersion = "535.161.08", Installed = new KernelModule { Version = "535.161.08" } },
            "vGPU: manager not known" => vgpu with { Manager = null, WhyNoManager = "esxcli was refused" },
            "vGPU: B series" => vgpu with { Vm = vgpu.Vm with { PciDevices = [vgpu.Vm.PciDevices[0] with { VgpuProfile = "grid_p100-1b" }] } },
            "no libcuda" => well with { CudaLibrary = null },
            "deviceQuery fails" => well with { DeviceQuery = CudaSample.Read(new ShellResult(1, "cudaGetDeviceCount returned 35\n-> CUDA driver version is insufficient for CUDA runtime version\nResult = FAIL", string.Empty)) },
            "vectorAdd not there" => well with { VectorAdd = null },
            "vectorAdd not built" => well with { VectorAdd = null, Unbuilt = new Dictionary<string, string> { ["vectorAdd"] = "/usr/local/cuda/samples/0_Simple/vectorAdd" } },
            "Windows: no driver" => windows with { Devices = [Windows(28)], Smi = null },
            "Windows: code 43" => windows with { Devices = [Windows(43)], Smi = null, HasSmi = true },
            "Windows: deviceQuery sees nothing" => windows with { DeviceQuery = CudaSample.Read(new ShellResult(1, "cudaGetDeviceCount returned 100\n-> no CUDA-capable device is detected\nResult = FAIL", string.Empty)) },
            "Windows: deviceQuery fails" => windows with { DeviceQuery = CudaSample.Read(new ShellResult(1, "cudaGetDeviceCount returned 35\n-> CUDA driver version is insufficient for CUDA runtime version\nResult = FAIL", string.Empty)) },
            "Windows: no deviceQuery" => windows with { DeviceQuery = null },
            "Windows: code 12" => windows with { Devices = [Windows(12)], Smi = null, HasSmi = true },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such state"),
        };
    }

    private static GuestGpuDevice WithoutBar1 => s_device with { Bars = [s_device.Bars[0], new GuestPciBar(1, false, null, null)] };

    private static GuestGpuDevice Windows(int code) => new() { Address = @"PCI\VEN_10DE&DEV_15F8\4&1", Name = "NVIDIA Tesla P100-PCIE-16GB", Driver = "nvlddmkm", ProblemCode = code };

    private static NvidiaSmiReport Report(string? mode) => new()
    {
        Text = string.Empty,
        DriverVersion = "390.42",
        Gpus = [new NvidiaSmiGpu { Name = "Tesla P100-PCIE-16GB", VirtualizationMode = mode, MemoryTotalMB = 16280 }],
    };

    private static GuestGpuState Linux(VmGpuKind kind, string mode)
    {
        GpuVm vm = Readiness.Samples.Vm();
        return new GuestGpuState
        {
            Vm = vm with
            {
                PciDevices = [new VmGpu { VmId = vm.Id, VmName = vm.Name, ServerName = vm.ServerName, Key = 13000, Kind = kind, Model = "Tesla P100", VgpuProfile = kind == VmGpuKind.Vgpu ? "grid_p100-8q" : null }],
            },
            Family = GuestFamily.Linux,
            System = "Ubuntu 18.04, kernel 4.15.0-20-generic",
            SecureBoot = false,
            Devices = [s_device],
            Modules = ["nvidia"],
            Installed = new KernelModule { Version = "390.42", License = "NVIDIA" },
            LoadedVersion = "390.42",
            Smi = Report(mode),
            HasSmi = true,
            CudaLibrary = "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
            DeviceQuery = CudaSample.Read(new ShellResult(0, "Detected 1 CUDA Capable device(s)\nResult = PASS", string.Empty)),
            VectorAdd = CudaSample.Read(new ShellResult(0, "Test PASSED", string.Empty)),
        };
    }
}
