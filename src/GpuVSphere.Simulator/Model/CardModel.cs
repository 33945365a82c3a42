using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// A kind of PCI function that hosts can have, with what the power-on of a VM judges: its memory windows. Ids: facts/catalog/gpus.csv.
/// BAR1 sizes: facts/catalog/mmio.md (P100 doubtful there); BAR0 16 MiB and BAR3 32 MiB as in the vmware.log samples.
/// </summary>
internal sealed class CardModel
{
    private const long MiB = 1024 * 1024;
    private const long GiB = 1024 * MiB;

    public static CardModel P100Pcie16 { get; } = Gpu("Tesla P100-PCIE-16GB", 0x15f8, 0x118f, 16 * 1024, 16 * GiB, "p100", "Pascal");

    public static CardModel V100Pcie32 { get; } = Gpu("Tesla V100-PCIE-32GB", 0x1db6, 0x124a, 32 * 1024, 32 * GiB, "v100d", "Volta");

    public static CardModel T4 { get; } = Gpu("Tesla T4", 0x1eb8, 0x12a2, 16 * 1024, 256 * MiB, "t4", "Turing");

    public static CardModel A40 { get; } = Gpu("NVIDIA A40", 0x2235, 0x145a, 48 * 1024, 64 * GiB, "a40", "Ampere", 32);

    public static CardModel L40 { get; } = Gpu("NVIDIA L40", 0x26b5, 0x169d, 48 * 1024, 64 * GiB, "l40", "Ada Lovelace", 32);

    public static CardModel A100Pcie80 { get; } = Gpu("NVIDIA A100 80GB PCIe", 0x20b5, 0x1533, 80 * 1024, 128 * GiB, "a100d", "Ampere", 20);

    public static CardModel H100Pcie80 { get; } = Gpu("NVIDIA H100 PCIe", 0x2331, 0x1626, 80 * 1024, 128 * GiB, "h100", "Hopper", 20);

    public static CardModel A100Pcie40 { get; } = Gpu("NVIDIA A100-PCIE-40GB", 0x20f1, 0x145f, 40 * 1024, 64 * GiB, "a100", "Ampere", 16);

    /// <summary>Every GPU model, for generated inventories.</summary>
    public static IReadOnlyList<CardModel> Gpus { get; } = [P100Pcie16, V100Pcie32, T4, A40, L40, A100Pcie80, H100Pcie80];

    /// <summary>The display function of a workstation-like board of the T4 class; its sound function stands beside it as function 1.</summary>
    public static CardModel DisplayWithAudio { get; } = new()
    {
        Name = "NVIDIA Quadro RTX 5000",
        VendorId = 0x10de,
        VendorName = "NVIDIA Corporation",
        DeviceId = 0x1eb0,
        SubVendorId = 0x10de,
        SubDeviceId = 0x129f,
        ClassId = 0x0300,
        ClassName = "VGA compatible controller",
        Bars = MemoryWindows(256 * MiB),
        FrameBufferMB = 16 * 1024,
        IsCapable = true,
        IsGpu = true,
    };

    public static CardModel Audio { get; } = new()
    {
        Name = "TU104 HD Audio Controller",
        VendorId = 0x10de,
        VendorName = "NVIDIA Corporation",
        DeviceId = 0x10f8,
        SubVendorId = 0x10de,
        SubDeviceId = 0x129f,
        ClassId = 0x0403,
        ClassName = "Audio device",
        Bars = [new PciBar(0, false, 16 * 1024)],
        IsCapable = true,
    };

    public static CardModel HostBridge { get; } = Intel("Sky Lake-E DMI3 Registers", 0x2020, 0x0600, "Host bridge");

    public static CardModel RootPort { get; } = Intel("Sky Lake-E PCI Express Root Port A", 0x2030, 0x0604, "PCI bridge");

    public static CardModel Nic { get; } = Intel("Ethernet Controller X710 for 10GbE SFP+", 0x1572, 0x0200, "Ethernet controller", isCapable: true, maxVirtualFunctions: 64);

    public static CardModel StorageController { get; } = new()
    {
        Name = "PERC H740P Adapter",
        VendorId = 0x1000,
        VendorName = "Broadcom",
        DeviceId = 0x0016,
        SubVendorId = 0x1028,
        SubDeviceId = 0x1fcb,
        ClassId = 0x0104,
        ClassName = "RAID bus controller",
        IsCapable = true,
    };

    /// <summary>The server's own display, which is a display controller and no GPU of NVIDIA's.</summary>
    public static CardModel ManagementDisplay { get; } = new()
    {
        Name = "Integrated Matrox G200eW3 Graphics Controller",
        VendorId = 0x102b,
        VendorName = "Matrox Electronics Systems Ltd.",
        DeviceId = 0x0536,
        SubVendorId = 0x1028,
        SubDeviceId = 0x07b1,
        ClassId = 0x0300,
        ClassName = "VGA compatible controller",
    };

    public required string Name { get; init; }

    public required ushort VendorId { get; init; }

    public required string VendorName { get; init; }

    public required ushort DeviceId { get; init; }

    public ushort SubVendorId { get; init; }

    public ushort SubDeviceId { get; init; }

    public required ushort ClassId { get; init; }

    public required string ClassName { get; init; }

    public IReadOnlyList<PciBar> Bars { get; init; } = [];

    public int FrameBufferMB { get; init; }

    /// <summary>The part of vGPU names that stands for the card, such as <c>a100d</c> in <c>grid_a100d-40c</c>; empty when it runs no vGPU.</summary>
    public string VgpuToken { get; init; } = string.Empty;

    /// <summary>NVIDIA's name of the generation, such as <c>Ampere</c>.</summary>
    public string Architecture { get; init; } = string.Empty;

    /// <summary>Whether it has ECC memory, which is on from the factory (facts/catalog/gpus.csv; not found for the L40, which is taken to be like the A40).</summary>
    public bool HasEcc => VgpuToken.Length > 0;

    /// <summary>Whether NVIDIA has no graphics types for it.</summary>
    public bool IsComputeOnly => VgpuTypeTable.OfCard(this).All(type => type.Series == 'C');

    public bool IsMigCapable => VgpuTypeTable.OfCard(this).Any(type => type.IsMig);

    public bool IsGpu { get; init; }

    public bool IsCapable { get; init; }

    /// <summary>Above 0 for SR-IOV cards: the host lists them as HostSriovInfo.</summary>
    public int MaxVirtualFunctions { get; init; }

    /// <summary>Whether vGPUs of several sizes run side by side: from the Ampere generation on, which is also the first with SR-IOV.</summary>
    public bool CanMixSizes => IsGpu && MaxVirtualFunctions > 0;

    public long BarBytes => Bars.Sum(bar => bar.Size);

    private static CardModel Gpu(string name, ushort deviceId, ushort subDeviceId, int frameBufferMB, long bar1, string vgpuToken, string architecture, int virtualFunctions = 0) => new()
    {
        Name = name,
        VendorId = 0x10de,
        VendorName = "NVIDIA Corporation",
        DeviceId = deviceId,
        SubVendorId = 0x10de,
        SubDeviceId = subDeviceId,
        ClassId = 0x0302,
        ClassName = "3D controller",
        Bars = MemoryWindows(bar1),
        FrameBufferMB = frameBufferMB,
        VgpuToken = vgpuToken,
        Architecture = architecture,
        IsCapable = true,
        IsGpu = true,
        MaxVirtualFunctions = virtualFunctions,
    };

    private static CardModel Intel(string name, ushort deviceId, ushort classId, string className, bool isCapable = false, int maxVirtualFunctions = 0) => new()
    {
        Name = name,
        VendorId = 0x8086,
        VendorName = "Intel Corporation",
        DeviceId = deviceId,
        SubVendorId = 0x8086,
        ClassId = classId,
        ClassName = className,
        IsCapable = isCapable,
        MaxVirtualFunctions = maxVirtualFunctions,
    };

    private static IReadOnlyList<PciBar> MemoryWindows(long bar1) => [new(0, false, 16 * MiB), new(1, true, bar1), new(3, true, 32 * MiB)];
}
