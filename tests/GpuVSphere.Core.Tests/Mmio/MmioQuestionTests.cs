using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Mmio;

public sealed class MmioQuestionTests
{
    [Fact]
    public void Ids_decide_and_never_the_name()
    {
        GpuDevice device = Device("0000:3b:00.0", 0x20b5) with { Name = "NVIDIA T4", Model = "T4" };
        MmioReport report = MmioQuestion.FromDevices([device]);
        Assert.Equal(256, report.SizeGB);
        Assert.Equal("A100 PCIe 80GB", Assert.Single(report.Devices).Name);
        Assert.Equal(("esx-01", "0000:3b:00.0"), (report.Devices[0].HostName, report.Devices[0].Address.ToString()));
    }

    [Theory]
    [InlineData(0x14a9, "A16")]
    [InlineData(0x157e, "A2")]
    public void The_subsystem_tells_A16_from_A2(int subsystem, string name) =>
        Assert.Equal(name, MmioQuestion.FromDevices([Device("0000:3b:00.0", 0x25b6, (ushort)subsystem)]).Devices[0].Name);

    [Fact]
    public void A_board_that_may_be_one_of_two_is_sized_for_the_larger_and_says_so()
    {
        MmioReport report = MmioQuestion.FromDevices([Device("0000:3b:00.0", 0x1e30, 0x7777)]);
        Assert.Equal(128, report.SizeGB);
        Assert.Contains(report.Notes, note => note.Contains("Quadro RTX 6000, Quadro RTX 8000", StringComparison.Ordinal));
    }

    [Fact]
    public void Unknown_ids_are_computed_from_the_memory_and_marked()
    {
        MmioReport report = MmioQuestion.FromDevices([Device("0000:3b:00.0", 0xfffe) with { MemoryMB = 81559 }]);
        Assert.Equal(256, report.SizeGB);
        Assert.Equal(FactConfidence.Computed, report.Confidence);
        Assert.Equal(FactConfidence.Computed, report.EfiConfidence);
        Assert.Contains(report.Notes, note => note.Contains("computed", StringComparison.Ordinal));
    }

    [Fact]
    public void Unknown_ids_without_memory_are_an_error_with_a_next_step()
    {
        var error = Assert.Throws<GpuVSphereException>(() => MmioQuestion.FromDevices([Device("0000:3b:00.0", 0xfffe)]));
        Assert.Equal("UnknownGpuModel", error.Id);
        Assert.Contains("10de:fffe", error.Message, StringComparison.Ordinal);
        Assert.Contains("-Probe", error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x15f8, FactConfidence.Doubtful, FactConfidence.Probable)]
    [InlineData(0x1db1, FactConfidence.Computed, FactConfidence.Probable)]
    [InlineData(0x1bb4, FactConfidence.Computed, FactConfidence.Computed)]
    [InlineData(0x20b5, FactConfidence.Confirmed, FactConfidence.Confirmed)]
    public void That_EFI_is_needed_may_be_surer_than_the_size(int deviceId, FactConfidence size, FactConfidence efi)
    {
        MmioReport report = MmioQuestion.FromDevices([Device("0000:3b:00.0", (ushort)deviceId)]);
        Assert.Equal((size, efi), (report.Devices[0].Confidence, report.EfiConfidence));
    }

    [Fact]
    public void No_devices_are_a_count_of_0() =>
        Assert.Equal("InvalidDeviceCount", Assert.Throws<GpuVSphereException>(() => MmioQuestion.FromDevices([])).Id);

    [Fact]
    public void A_VM_is_asked_for_what_it_has_and_what_it_would_get()
    {
        GpuDevice first = Device("0000:3b:00.0", 0x20b5);
        GpuDevice second = Device("0000:af:00.0", 0x20b5);
        GpuVm vm = Vm() with { PciDevices = [Held(VmGpuKind.StaticPassthrough) with { Address = first.Address }] };
        Assert.Equal(256, MmioQuestion.FromVm(vm, [first, second]).SizeGB);
        Assert.Equal(512, MmioQuestion.FromVm(vm, [first, second], [second]).SizeGB);
        Assert.Equal(256, MmioQuestion.FromVm(vm, [first, second], [first]).SizeGB);
        Assert.Equal(512, MmioQuestion.FromVm(vm, [first, second], addedDynamic: [[new PciIdMatch(0x10de, 0x20b5)]]).SizeGB);
        Assert.Equal(512, MmioQuestion.FromVm(vm with { PciDevices = [] }, [first, second], [first, second]).SizeGB);
    }

    [Fact]
    public void A_dynamic_device_that_may_be_one_of_several_is_sized_for_the_largest()
    {
        GpuVm vm = Vm() with { PciDevices = [Held(VmGpuKind.DynamicPassthrough) with { AllowedDevices = [new(0x10de, 0x1eb8), new(0x10de, 0x20f1)] }] };
        Assert.Equal(128, MmioQuestion.FromVm(vm, []).SizeGB);
    }

    [Fact]
    public void A_VM_without_GPUs_needs_nothing()
    {
        MmioReport report = MmioQuestion.FromVm(Vm(), []);
        Assert.False(report.IsNeeded);
        Assert.False(report.RequiresEfi);
        Assert.Empty(report.Devices);
        Assert.Contains("nothing needs to be set", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_GPU_is_told_and_not_counted()
    {
        GpuDevice gpu = Device("0000:3b:00.0", 0x1eb8);
        GpuVm vm = Vm() with
        {
            PciDevices =
            [
                Held(VmGpuKind.Other) with { DeviceLabel = "PCI device 1" },
                Held(VmGpuKind.Vgpu) with { VgpuProfile = "grid_z9-16q" },
                Held(VmGpuKind.StaticPassthrough) with { Address = Address("0000:3b:00.1"), AllowedDevices = [new(0x10de, 0x10f0)] },
            ],
        };
        MmioReport report = MmioQuestion.FromVm(vm, [gpu], [gpu]);
        Assert.Single(report.Devices);
        Assert.Equal(3, report.Notes.Count(note => note.Contains("not counted", StringComparison.Ordinal)));
    }

    // NVIDIA's table is for VMs with 32 GB of memory and more; the C-series wants 64 GB in every VM (catalog/mmio.md).
    [Theory]
    [InlineData(32, 128, "nvidia_a40-8q")]
    [InlineData(31, null, "nvidia_a40-8q")]
    [InlineData(64, null, "grid_t4-16q")]
    [InlineData(64, null, "grid_p100-8q")]
    [InlineData(16, 64, "grid_a100-4c")]
    [InlineData(64, 128, "GRID_A100-40C")]
    [InlineData(64, 256, "grid_a100d-80c")]
    [InlineData(64, 512, "grid_a100d-80c", "grid_a100d-80c")]
    [InlineData(64, 512, "nvidia_h100-80c", "grid_a100-40c")]
    public void A_vGPU_needs_the_window_that_NVIDIA_publishes_for_its_GPU(int memoryGB, int? sizeGB, params string[] profiles)
    {
        MmioReport report = MmioQuestion.FromVm(Vm() with { MemoryMB = memoryGB * 1024, Firmware = "bios" }, [], addedVgpus: profiles);

        Assert.Equal(sizeGB, report.SizeGB);
        Assert.Equal(sizeGB is not null, report.RequiresEfi);
        Assert.DoesNotContain("0 bytes", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_VM_is_asked_for_the_vGPUs_that_it_has()
    {
        GpuVm vm = Vm() with { MemoryMB = 64 * 1024, PciDevices = [Held(VmGpuKind.Vgpu) with { VgpuProfile = "nvidia_a40-48q" }] };

        Assert.Equal(128, MmioQuestion.FromVm(vm, []).SizeGB);
        Assert.Equal(256, MmioQuestion.FromVm(vm, [], addedVgpus: ["nvidia_a40-48q"]).SizeGB);
    }

    [Fact]
    public void A_larger_size_of_the_VM_is_kept_and_its_misspelt_key_is_found()
    {
        GpuDevice gpu = Device("0000:3b:00.0", 0x20b5);
        GpuVm vm = Vm() with
        {
            ExtraConfig = new Dictionary<string, string> { ["pciPassthru.64bitMMIOSizeGB"] = "1024", ["pciPassthru.set.usebitMMIO"] = "TRUE" },
        };
        MmioReport report = MmioQuestion.FromVm(vm, [gpu], [gpu]);
        Assert.Equal(1024, report.SizeGB);
        Assert.Equal(1024, report.ExistingSizeGB);
        Assert.Equal(MmioSourceKind.Existing, report.UsedSource?.Kind);
        Assert.Contains("not lowered", report.Reason, StringComparison.Ordinal);
        Assert.Contains(report.KeyFindings, finding => finding.Problem == MmioKeyProblem.Misspelt);
    }

    [Fact]
    public void BIOS_is_pointed_out_only_where_it_matters()
    {
        GpuVm bios = Vm() with { Firmware = "bios" };
        GpuDevice t4 = Device("0000:3b:00.0", 0x1eb8);
        GpuDevice a100 = Device("0000:af:00.0", 0x20b5);
        Assert.Empty(MmioQuestion.FromVm(bios, [t4], [t4]).Notes);
        Assert.Contains("EFI", Assert.Single(MmioQuestion.FromVm(bios, [a100], [a100]).Notes), StringComparison.Ordinal);
        Assert.Empty(MmioQuestion.FromVm(Vm(), [a100], [a100]).Notes);
    }

    private static PciAddress Address(string text) => PciAddress.TryParse(text, out PciAddress address) ? address : throw new ArgumentException(text);

    private static GpuDevice Device(string address, ushort deviceId, ushort subsystem = 0) => new()
    {
        HostId = new VimObjectId("server", new ManagedObjectReference("HostSystem", "host-1")),
        HostName = "esx-01",
        ServerName = "vc",
        Address = Address(address),
        Name = "a GPU",
        VendorId = 0x10de,
        DeviceId = deviceId,
        SubVendorId = 0x10de,
        SubDeviceId = subsystem,
    };

    private static GpuVm Vm() => new()
    {
        Id = new VimObjectId("server", new ManagedObjectReference("VirtualMachine", "vm-1")),
        Name = "ml-01",
        ServerName = "vc",
        HostName = "esx-01",
        Firmware = "efi",
    };

    private static VmGpu Held(VmGpuKind kind) => new()
    {
        VmId = Vm().Id,
        VmName = "ml-01",
        ServerName = "vc",
        Key = 13000,
        Kind = kind,
    };
}
