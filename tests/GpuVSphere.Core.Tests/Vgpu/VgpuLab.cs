using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu;

/// <summary>Hosts with GPUs and running VMs, made by hand.</summary>
internal sealed class VgpuLab
{
    public const ushort P100 = 0x15f8;
    public const ushort A100 = 0x20f1;
    public const ushort A40 = 0x2235;
    public const ushort T4 = 0x1eb8;

    private readonly List<GpuDevice> _devices = [];
    private readonly List<GpuVm> _vms = [];
    private int _next;

    private VgpuLab(string version) => Version = version;

    public string Version { get; }

    public string Policy { get; private set; } = "performance";

    public List<string>? Offered { get; set; } = [];

    public Func<GpuHost, GpuHost> Change { get; set; } = host => host;

    public static VgpuLab Host(string version) => new(version);

    public static PciAddress Address(int gpu) => new(0, (byte)(0x3b + gpu), 0, 0);

    public VgpuLab Consolidating()
    {
        Policy = "consolidation";
        return this;
    }

    /// <summary>Adds a GPU.</summary>
    public VgpuLab Gpu(ushort deviceId, string? mode = null, string? type = "sharedDirect", bool passthrough = false)
    {
        _devices.Add(new GpuDevice
        {
            HostId = Id("HostSystem", "host-1"),
            HostName = "esx-1",
            ServerName = "vc",
            Address = Address(_devices.Count),
            Name = "GPU",
            VendorId = 0x10de,
            DeviceId = deviceId,
            IsCapable = true,
            IsEnabled = passthrough,
            IsActive = passthrough,
            GraphicsType = type,
            VgpuMode = mode,
        });
        return this;
    }

    /// <summary>Has a VM run with profiles on a GPU; with no GPU the host does not say where.</summary>
    public VgpuLab Runs(string name, int? gpu, params string[] profiles) => Runs(name, gpu is { } one ? [one] : [], profiles);

    public VgpuLab Runs(string name, int[] gpus, params string[] profiles) => Has(name, "poweredOn", gpus, profiles);

    /// <summary>Has a VM with profiles that does not run.</summary>
    public VgpuLab Has(string name, string powerState, params string[] profiles) => Has(name, powerState, [], profiles);

    private VgpuLab Has(string name, string powerState, int[] gpus, string[] profiles)
    {
        VimObjectId id = Id("VirtualMachine", "vm-" + ++_next);
        _vms.Add(new GpuVm
        {
            Id = id,
            Name = name,
            ServerName = "vc",
            PowerState = powerState,
            PciDevices = [.. profiles.Select((profile, index) => new VmGpu
            {
                VmId = id, VmName = name, ServerName = "vc", Key = 13000 + index, Kind = VmGpuKind.Vgpu, VgpuProfile = profile,
            })],
        });
        foreach (int gpu in gpus)
        {
            _devices[gpu] = _devices[gpu] with { Assignments = [.. _devices[gpu].Assignments, new GpuAssignment(id, name, VmGpuKind.Vgpu, true)] };
        }

        return this;
    }

    /// <summary>Has a VM run that this account cannot read.</summary>
    public VgpuLab RunsUnread(string name, int gpu)
    {
        _devices[gpu] = _devices[gpu] with
        {
            Assignments = [.. _devices[gpu].Assignments, new GpuAssignment(Id("VirtualMachine", "vm-" + ++_next), name, VmGpuKind.Vgpu, true)],
        };
        return this;
    }

    public VgpuLab Offers(params string[] profiles)
    {
        Offered = [.. profiles];
        return this;
    }

    public VgpuHost Read() => new()
    {
        Host = Change(new GpuHost { Id = Id("HostSystem", "host-1"), Name = "esx-1", ServerName = "vc", Version = Version, Devices = [.. _devices] }),
        AssignmentPolicy = Policy,
        OfferedProfiles = Offered is { Count: 0 } ? AllProfiles() : Offered,
        Vms = [.. _vms],
    };

    public HostCapacity Capacity(params PlacedVgpu[] placed) => HostCapacity.Of(Read(), placed);

    private static VimObjectId Id(string type, string value) => new("uuid", new ManagedObjectReference(type, value));

    // A host offers the profiles of the mode that its GPUs are in.
    private List<string> AllProfiles() => [.. _devices
        .Where(device => device.GraphicsType == "sharedDirect")
        .SelectMany(device => Catalog.Types(device))
        .Distinct()];

    private static class Catalog
    {
        public static IEnumerable<string> Types(GpuDevice device) => GpuVSphere.Catalog.VgpuCatalog.Default
            .FindBoards(device.VendorId, device.DeviceId, 0, 0)
            .SelectMany(board => GpuVSphere.Catalog.VgpuCatalog.Default.TypesOf(board.Name))
            .Where(type => (type.Sharing == GpuVSphere.Catalog.VgpuSharing.Mig) == (device.VgpuMode == "multiInstanceGpu"))
            .Select(type => type.Name);
    }
}
