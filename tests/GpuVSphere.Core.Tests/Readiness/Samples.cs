using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>A host, a GPU and a VM that all rules are content with; each test spoils one thing.</summary>
internal static class Samples
{
    public const string Server = "d0d0cafe-0000-4000-8000-000000000001";

    public static readonly VimObjectId HostId = new(Server, new ManagedObjectReference("HostSystem", "host-1"));

    public static readonly VimObjectId VmId = new(Server, new ManagedObjectReference("VirtualMachine", "vm-1"));

    public static PlanTarget HostTarget { get; } = new(HostId, "esx-80-01", "vcenter");

    public static PlanTarget VmTarget { get; } = new(VmId, "ml-01", "vcenter");

    public static GpuDevice Gpu(bool capable = true, bool enabled = true, bool active = true) => new()
    {
        HostId = HostId,
        HostName = "esx-80-01",
        ServerName = "vcenter",
        Address = new PciAddress(0, 0x3b, 0, 0),
        Name = "A100 PCIe 80GB",
        VendorId = 0x10DE,
        DeviceId = 0x20B5,
        IsCapable = capable,
        IsEnabled = enabled,
        IsActive = active,
    };

    public static GpuHost Host(params GpuDevice[] devices) => new()
    {
        Id = HostId,
        Name = "esx-80-01",
        ServerName = "vcenter",
        Devices = devices,
        MemoryMB = 1024 * 1024,
        Privileges = ["Host.Config.PciPassthru"],
    };

    public static GpuVm Vm() => new()
    {
        Id = VmId,
        Name = "ml-01",
        ServerName = "vcenter",
        Host = HostId.Reference,
        HostName = "esx-80-01",
        Firmware = "efi",
        HardwareVersion = 20,
        MemoryMB = 65536,
        Privileges = ["VirtualMachine.Config.AddRemoveDevice"],
    };

    public static GpuAssignment HeldBy(string name, VmGpuKind kind, bool running) =>
        new(new VimObjectId(Server, new ManagedObjectReference("VirtualMachine", name)), name, kind, running);
}
