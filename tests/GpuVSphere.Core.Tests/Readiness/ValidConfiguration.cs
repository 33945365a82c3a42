using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Readiness;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>
/// A host with a VM that has GPUs, set up as the documents have it, and another VM that could get one more. What is valid is known from the few tables here:
/// they were written from the facts by hand, and nothing of what the rules judge by is asked.
/// </summary>
internal sealed record ValidConfiguration
{
    private const string SystemId = "5f0e2a1c-0000-0000-0000-000000000001";

    // Version, build, the newest hardware version, and whether devices can be given by ids.
    private static readonly (string Name, string Version, string Build, int Vmx, bool HasDynamic)[] s_vspheres =
    [
        ("6.5 U1", "6.5.0", "5969303", 13, false),
        ("6.5 U3", "6.5.0", "13932383", 13, false),
        ("6.7", "6.7.0", "8169922", 14, false),
        ("6.7 U3", "6.7.0", "14320388", 15, false),
        ("7.0", "7.0.0", "15843807", 17, true),
        ("7.0 U3", "7.0.3", "21424296", 19, true),
        ("8.0", "8.0.0", "20513097", 20, true),
        ("8.0 U1", "8.0.1", "21495797", 20, true),
        ("8.0 U2", "8.0.2", "22380479", 21, true),
        ("8.0 U3", "8.0.3", "24022510", 21, true),
        ("9.0", "9.0.0", "24755229", 22, true),
    ];

    // Ids, memory, the large BAR in GB (0 for a small one), whether its vGPUs are virtual functions, and the first vSphere that knew it.
    private static readonly (string Name, ushort Device, ushort Sub, int MemoryGB, int BarGB, bool IsSriov, string Since)[] s_gpus =
    [
        ("M60", 0x13F2, 0, 8, 0, false, "6.5 U1"),
        ("P100", 0x15F8, 0, 16, 16, false, "6.5 U1"),
        ("V100", 0x1DB4, 0x1214, 16, 16, false, "6.5 U1"),
        ("V100 32", 0x1DB6, 0x124A, 32, 32, false, "6.5 U3"),
        ("T4", 0x1EB8, 0x12A2, 16, 0, false, "6.7 U3"),
        ("A100 80", 0x20B5, 0x1533, 80, 128, true, "7.0 U3"),
        ("A40", 0x2235, 0x145A, 48, 64, true, "7.0 U3"),
        ("L40", 0x26B5, 0x169D, 48, 64, true, "8.0 U1"),
        ("H100", 0x2331, 0x1626, 80, 128, true, "8.0"),
    ];

    // A GPU, the vSphere versions and a driver that NVIDIA ships for both, and profiles of it with how many of each fit on one GPU.
    private static readonly (string Gpu, string[] VSpheres, string Driver, (string Name, int PerGpu)[] Profiles)[] s_vgpus =
    [
        ("P100", ["6.5 U1", "6.5 U3"], "NVIDIA-VMware_ESXi_6.5_Host_Driver_390.42-1OEM.650.0.0.4598673", [("grid_p100-4q", 4), ("grid_p100-8q", 2), ("grid_p100-16q", 1)]),
        ("V100", ["6.5 U3"], "NVIDIA-VMware_ESXi_6.5_Host_Driver_390.42-1OEM.650.0.0.4598673", [("grid_v100-8q", 2)]),
        ("P100", ["6.7", "6.7 U3"], "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516", [("grid_p100-8q", 2)]),
        ("P100", ["6.7 U3"], "NVIDIA-VMware_ESXi_6.7_Host_Driver_470.63-1OEM.670.0.0.8169922", [("grid_p100-4q", 4), ("grid_p100-16c", 1)]),
        ("T4", ["6.7 U3"], "NVIDIA-VMware_ESXi_6.7_Host_Driver_470.63-1OEM.670.0.0.8169922", [("grid_t4-4q", 4), ("grid_t4-8q", 2)]),
        ("T4", ["7.0 U3"], "NVD-VGPU-702_535.161.05-1OEM.702.0.0.17630552", [("grid_t4-4q", 4), ("grid_t4-16q", 1)]),
        ("V100 32", ["7.0 U3"], "NVD-VGPU-702_535.161.05-1OEM.702.0.0.17630552", [("grid_v100d-8q", 4), ("grid_v100d-32q", 1)]),
        ("T4", ["8.0 U1", "8.0 U2", "8.0 U3"], "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240", [("grid_t4-2q", 8), ("grid_t4-16q", 1)]),
        ("V100 32", ["8.0 U2", "8.0 U3"], "NVD-VGPU-800_535.247.02-1OEM.800.1.0.20613240", [("grid_v100d-16q", 2)]),
        ("A100 80", ["8.0 U1", "8.0 U2", "8.0 U3"], "NVD-AIE-800_550.163.02-1OEM.800.1.0.20613240", [("grid_a100d-20c", 4), ("grid_a100d-80c", 1)]),
        ("A40", ["8.0 U1", "8.0 U2", "8.0 U3"], "NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240", [("nvidia_a40-12q", 4), ("nvidia_a40-48q", 1)]),
        ("L40", ["8.0 U1", "8.0 U2", "8.0 U3"], "NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240", [("nvidia_l40-12q", 4), ("nvidia_l40-48q", 1)]),
        ("H100", ["8.0 U2", "8.0 U3"], "NVD-AIE-800_550.163.02-1OEM.800.1.0.20613240", [("nvidia_h100-20c", 4), ("nvidia_h100-80c", 1)]),
        ("L40", ["9.0"], "NVD-VGPU-900_570.158.02-1OEM.900.0.24580437", [("nvidia_l40-12q", 4)]),
        ("H100", ["9.0"], "NVD-AIE-900_570.158.02-1OEM.900.0.24580437", [("nvidia_h100-20c", 4), ("nvidia_h100-80c", 1)]),
    ];

    // Memory of VMs in MB; all of it fits the host beside what else runs there.
    private static readonly int[] s_memoriesMB = [4096, 16384, 65536, 131072, 393216];

    private static readonly string[] s_vmPrivileges =
    [
        "VirtualMachine.Config.AddRemoveDevice", "VirtualMachine.Config.EditDevice", "VirtualMachine.Config.AdvancedConfig", "VirtualMachine.Config.Resource",
        "VirtualMachine.Config.Memory", "VirtualMachine.Config.CPUCount", "VirtualMachine.Config.Settings", "VirtualMachine.Interact.PowerOff", "VirtualMachine.Interact.PowerOn",
    ];

    private static readonly string[] s_hostPrivileges =
    [
        "Host.Config.PciPassthru", "Host.Config.Settings", "Host.Config.Image", "Host.Config.Maintenance", "Host.Config.NetService",
    ];

    public required string Name { get; init; }

    public required GpuHost Host { get; init; }

    /// <summary>The VM that has GPUs.</summary>
    public required GpuVm Vm { get; init; }

    /// <summary>The VM that has none and could get one more.</summary>
    public required GpuVm Other { get; init; }

    /// <summary>The driver, for vGPU; null for passthrough.</summary>
    public string? Driver { get; init; }

    /// <summary>The profile, for vGPU; null for passthrough.</summary>
    public string? Profile { get; init; }

    /// <summary>Every configuration of the tables: each method with each GPU on each version, and VMs of changing size, firmware, number and way.</summary>
    public static IReadOnlyList<ValidConfiguration> All { get; } = [.. Passthrough(), .. Vgpu()];

    private bool IsVgpu => Profile is not null;

    /// <summary>What the rules are asked: of the host, of the VM as it is, and of the other VM that is to get one GPU.</summary>
    public IReadOnlyList<ReadinessSubject> Subjects()
    {
        VmSituation situation = new() { Target = Target(Vm), Vm = Vm, Host = Host, OtherVms = [Vm, Other], Offers = Offers };
        return
        [
            .. GpuReadiness.Subjects(new HostUse(Host, IsVgpu ? ReadinessAction.UseVgpu : ReadinessAction.UsePassthrough), [Vm, Other]).Select(Tell),
            Tell(ConfiguredVm.Subject(Rich(situation))),
            Tell(Planned(out _)),
        ];
    }

    /// <summary>What the planner itself says of the other VM that is to get one GPU.</summary>
    public IReadOnlyList<Finding> PlannerFindings()
    {
        Planned(out VmProposal proposal);
        return proposal.Findings;
    }

    private static PlanTarget Target(GpuVm vm) => new(vm.Id, vm.Name, "vcenter");

    private ConfigTarget Offers => new()
    {
        VgpuProfiles = Profile is null ? [] : [Profile],
        PciPassthrough =
        [
            .. Host.Devices.Where(device => device.IsActive).Select(device => new ConfigTargetPciDevice
            {
                Id = device.Address.ToString(),
                SystemId = SystemId,
                VendorId = device.VendorId,
                DeviceId = device.DeviceId,
                SubVendorId = device.SubVendorId,
                SubDeviceId = device.SubDeviceId,
                DeviceName = device.Name,
            }),
        ],
    };

    private ReadinessSubject Planned(out VmProposal proposal)
    {
        VmSituation situation = new() { Target = Target(Other), Vm = Other, Host = Host, OtherVms = [Vm, Other], Offers = Offers };
        VmChangeOptions options = new();
        proposal = IsVgpu
            ? VmVgpuAddPlanner.Plan(Rich(situation), new VmVgpuWish { Profiles = [(Profile!, 1)] }, options)
            : VmAddPlanner.Plan(situation, [VmGpuSelector.Of(Host.Devices[^1].Address)], options);
        return proposal.Subject(options);
    }

    private VmVgpuSituation Rich(VmSituation situation) => new(situation)
    {
        VgpuHost = !IsVgpu ? null : new VgpuHost
        {
            Host = Host,
            OfferedProfiles = [Profile!],
            AssignmentPolicy = "performance",
            ConfiguredTypes = Host.Devices.ToDictionary(device => device.Address, _ => "sharedDirect"),
            Vms = [Vm],
        },
    };

    // What a host answers when rules ask it.
    private ReadinessSubject Tell(ReadinessSubject subject) => subject with
    {
        BootsFromUsb = Evidence<bool>.Of(false),
        IsImageManaged = Evidence<bool>.Of(false),
        Offers = Evidence<ConfigTarget>.Of(Offers),
        OfferedProfiles = Profile is null ? null : [Profile],
        HostSoftware = Evidence<HostSoftware>.Of(new HostSoftware { Driver = Driver is null ? null : VgpuCatalog.Default.ReadPackage(Driver) }),
    };

    private static IEnumerable<ValidConfiguration> Passthrough()
    {
        int turn = 0;
        foreach ((string Name, string Version, string Build, int Vmx, bool HasDynamic) vsphere in s_vspheres)
        {
            foreach ((string Name, ushort Device, ushort Sub, int MemoryGB, int BarGB, bool IsSriov, string Since) gpu in s_gpus.Where(gpu => IsAtLeast(vsphere.Name, gpu.Since)))
            {
                foreach (int count in new[] { 1, 2, 4 })
                {
                    foreach (bool isDynamic in vsphere.HasDynamic ? new[] { false, true } : [false])
                    {
                        foreach (string firmware in gpu.BarGB == 0 ? new[] { "efi", "bios" } : ["efi"])
                        {
                            turn++;
                            int memoryMB = s_memoriesMB[turn % s_memoriesMB.Length];
                            GpuDevice[] devices = [.. Enumerable.Range(0, count + 1).Select(index => Device(gpu, index, isGiven: true))];
                            GpuVm vm = WithKeys(Machine("ml-01", 1, vsphere.Vmx, memoryMB, firmware), count * gpu.BarGB) with
                            {
                                PciDevices = [.. devices.Take(count).Select((device, index) => Given(device, index, isDynamic))],
                            };
                            yield return new ValidConfiguration
                            {
                                Name = $"{vsphere.Name}, {count} x {gpu.Name} by {(isDynamic ? "ids" : "address")}, {firmware}, {memoryMB} MB",
                                Host = HostOf(vsphere.Version, vsphere.Build, [.. devices.Select((device, index) => index < count ? device with { Assignments = isDynamic ? [] : [Held(vm, VmGpuKind.StaticPassthrough)] } : device)]),
                                Vm = vm,
                                Other = Machine("ml-02", 2, vsphere.Vmx, memoryMB, firmware) with { IsMemoryReservationLocked = false, MemoryReservationMB = 0 },
                            };
                        }
                    }
                }
            }
        }
    }

    private static IEnumerable<ValidConfiguration> Vgpu()
    {
        int turn = 0;
        foreach ((string gpuName, string[] versions, string driver, (string Name, int PerGpu)[] profiles) in s_vgpus)
        {
            var gpu = s_gpus.First(one => one.Name == gpuName);
            foreach (string version in versions)
            {
                var vsphere = s_vspheres.First(one => one.Name == version);
                foreach ((string profile, int perGpu) in profiles)
                {
                    // Several in a VM: whole GPUs from 6.7 U3 (vmx-15) on, any from 8.0 on.
                    bool takesTwo = vsphere.Vmx >= 20 || (vsphere.Vmx >= 15 && perGpu == 1);
                    foreach (int count in takesTwo ? new[] { 1, 2 } : [1])
                    {
                        foreach (string firmware in profile.EndsWith('c') ? new[] { "efi" } : ["efi", "bios"])
                        {
                            // By BIOS the small sizes: NVIDIA asks for EFI where the GPU's window is large.
                            if (firmware == "bios" && gpu.BarGB > 0)
                            {
                                continue;
                            }

                            turn++;
                            int memoryMB = s_memoriesMB[turn % s_memoriesMB.Length];
                            GpuVm vm = WithKeys(Machine("vdi-01", 1, vsphere.Vmx, memoryMB, firmware), count * gpu.BarGB) with
                            {
                                PciDevices = [.. Enumerable.Range(0, count).Select(index => new VmGpu
                                {
                                    VmId = Id("vm-1"), VmName = "vdi-01", ServerName = "vcenter", HostName = "esx-01", Key = 13000 + index, Index = index, DeviceLabel = $"PCI device {index}",
                                    Kind = VmGpuKind.Vgpu, VgpuProfile = profile,
                                })],
                            };
                            GpuDevice[] devices = [.. Enumerable.Range(0, 4).Select(index => Device(gpu, index, isGiven: false) with { VgpuMode = version is "8.0 U3" or "9.0" ? "sameSize" : null })];
                            yield return new ValidConfiguration
                            {
                                Name = $"{version}, {count} x {profile} by {driver.Split('_')[0]} {driver.Split('_')[^1].Split('-')[0]}, {firmware}, {memoryMB} MB",
                                Host = HostOf(vsphere.Version, vsphere.Build, devices),
                                Vm = vm,
                                Other = Machine("vdi-02", 2, vsphere.Vmx, memoryMB, firmware) with { IsMemoryReservationLocked = false, MemoryReservationMB = 0 },
                                Driver = driver,
                                Profile = profile,
                            };
                        }
                    }
                }
            }
        }
    }

    private static bool IsAtLeast(string version, string since) =>
        Array.FindIndex(s_vspheres, one => one.Name == version) >= Array.FindIndex(s_vspheres, one => one.Name == since);

    private static VimObjectId Id(string name) => new(Samples.Server, new ManagedObjectReference("VirtualMachine", name));

    private static GpuHost HostOf(string version, string build, IReadOnlyList<GpuDevice> devices) => new()
    {
        Id = Samples.HostId,
        Name = "esx-01",
        ServerName = "vcenter",
        Version = version,
        Build = build,
        MemoryMB = 1_572_864,
        Privileges = s_hostPrivileges,
        Devices = devices,
        Functions = [.. devices.Select(device => new PciFunction { Address = device.Address, Name = device.Name, VendorId = device.VendorId, ClassId = device.ClassId, IsCapable = true, IsEnabled = device.IsEnabled, IsActive = device.IsActive })],
    };

    private static GpuDevice Device((string Name, ushort Device, ushort Sub, int MemoryGB, int BarGB, bool IsSriov, string Since) gpu, int index, bool isGiven) => new()
    {
        HostId = Samples.HostId,
        HostName = "esx-01",
        ServerName = "vcenter",
        Address = new PciAddress(0, (byte)(0x3b + (index * 8)), 0, 0),
        Name = "NVIDIA " + gpu.Name,
        Model = gpu.Name,
        VendorId = 0x10DE,
        DeviceId = gpu.Device,
        SubVendorId = (ushort)(gpu.Sub == 0 ? 0 : 0x10DE),
        SubDeviceId = gpu.Sub,
        ClassId = 0x0302,
        IsCapable = true,
        IsEnabled = isGiven,
        IsActive = isGiven,
        GraphicsType = isGiven ? "direct" : "sharedDirect",
        MemoryMB = isGiven ? null : gpu.MemoryGB * 1024L,
        IsSriovCapable = gpu.IsSriov ? true : null,
        VirtualFunctions = gpu.IsSriov && !isGiven ? 16 : 0,
    };

    private static GpuVm Machine(string name, int number, int vmx, int memoryMB, string firmware) => new()
    {
        Id = Id($"vm-{number}"),
        Name = name,
        ServerName = "vcenter",
        InstanceUuid = $"52000000-0000-0000-0000-00000000000{number}",
        Host = Samples.HostId.Reference,
        HostName = "esx-01",
        Firmware = firmware,
        HardwareVersion = vmx,
        MemoryMB = memoryMB,
        MemoryReservationMB = memoryMB,
        IsMemoryReservationLocked = true,
        Privileges = s_vmPrivileges,
    };

    // Twice what is mapped, as a power of two: more is never wrong.
    private static GpuVm WithKeys(GpuVm vm, int mappedGB)
    {
        int size = 1;
        while (size < 2 * mappedGB)
        {
            size *= 2;
        }

        return mappedGB == 0 ? vm : vm with
        {
            ExtraConfig = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["pciPassthru.use64bitMMIO"] = "TRUE",
                ["pciPassthru.64bitMMIOSizeGB"] = size.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
    }

    private static VmGpu Given(GpuDevice device, int index, bool isDynamic) => new()
    {
        VmId = Id("vm-1"),
        VmName = "ml-01",
        ServerName = "vcenter",
        HostName = "esx-01",
        Key = 13000 + index,
        Index = index,
        DeviceLabel = $"PCI device {index}",
        Kind = isDynamic ? VmGpuKind.DynamicPassthrough : VmGpuKind.StaticPassthrough,
        Address = isDynamic ? null : device.Address,
        SystemId = isDynamic ? null : SystemId,
        AllowedDevices = [new PciIdMatch(device.VendorId, device.DeviceId)],
    };

    private static GpuAssignment Held(GpuVm vm, VmGpuKind kind) => new(vm.Id, vm.Name, kind, vm.IsRunning);
}
