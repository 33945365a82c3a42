using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>Puts what was read together: which functions are GPUs, in which state, and which VM holds which. Pure.</summary>
internal sealed class InventoryAssembler
{
    private const ushort Nvidia = 0x10DE;

    // An administrator's role; some servers list it without its privileges.
    private const int AdministratorRole = -1;

    private readonly Dictionary<string, string> _noParameters = [];

    private readonly string _serverUuid;
    private readonly string _serverName;
    private readonly GpuCatalog _catalog;

    // An account has the same few combinations of roles on thousands of objects: each is put together once.
    private readonly Dictionary<string, IReadOnlyCollection<string>?> _privilegesOf = new(StringComparer.Ordinal);

    public InventoryAssembler(string serverUuid, string serverName, GpuCatalog catalog)
    {
        _serverUuid = serverUuid;
        _serverName = serverName;
        _catalog = catalog;
    }

    public GpuInventory Assemble(
        DateTimeOffset readAt,
        IReadOnlyCollection<HostRecord> hosts,
        IReadOnlyCollection<VmRecord> vms,
        IReadOnlyDictionary<ManagedObjectReference, string> clusterNames,
        IReadOnlyDictionary<int, IReadOnlyCollection<string>>? roles)
    {
        Dictionary<ManagedObjectReference, HostRecord> hostOf = hosts.ToDictionary(host => host.Reference);
        List<GpuVm> readVms = vms.Select(vm => Vm(vm, Find(hostOf, vm.Host), roles)).ToList();
        Dictionary<ManagedObjectReference, GpuVm> vmOf = readVms.ToDictionary(vm => vm.Id.Reference);
        ILookup<ManagedObjectReference, GpuVm> vmsOf = readVms.Where(vm => vm.Host is not null && vm.PciDevices.Count > 0).ToLookup(vm => vm.Host!.Value);
        return new GpuInventory
        {
            ServerUuid = _serverUuid,
            ServerName = _serverName,
            ReadAt = readAt,
            Hosts = hosts
                .Select(host => Host(host, vmsOf[host.Reference], vmOf, clusterNames, roles))
                .OrderBy(host => host.Name, StringComparer.OrdinalIgnoreCase)
                .ToList(),
            Vms = readVms.OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase).ToList(),
        };
    }

    /// <summary>Whether a function is a GPU: the audio and USB functions of a card are not.</summary>
    internal static bool IsGpu(HostRecord.HostPciDevice device) => device.VendorId == Nvidia && device.ClassId is 0x0300 or 0x0302 or 0x0380;

    private static HostRecord? Find(Dictionary<ManagedObjectReference, HostRecord> hostOf, ManagedObjectReference reference) =>
        !reference.IsEmpty && hostOf.TryGetValue(reference, out HostRecord? host) ? host : null;

    private IReadOnlyCollection<string>? Privileges(IReadOnlyList<int>? roleIds, IReadOnlyDictionary<int, IReadOnlyCollection<string>>? roles)
    {
        if (roleIds is null || roles is null)
        {
            return null;
        }

        string key = string.Join(",", roleIds);
        if (!_privilegesOf.TryGetValue(key, out IReadOnlyCollection<string>? privileges))
        {
            _privilegesOf[key] = privileges = Union(roleIds, roles);
        }

        return privileges;
    }

    private static IReadOnlyCollection<string>? Union(IReadOnlyList<int> roleIds, IReadOnlyDictionary<int, IReadOnlyCollection<string>> roles)
    {
        var privileges = new HashSet<string>(StringComparer.Ordinal);
        foreach (int id in roleIds)
        {
            if (!roles.TryGetValue(id, out IReadOnlyCollection<string>? held) || (id == AdministratorRole && held.Count == 0))
            {
                return null;
            }

            privileges.UnionWith(held);
        }

        return privileges;
    }

    private GpuHost Host(
        HostRecord record,
        IEnumerable<GpuVm> vms,
        Dictionary<ManagedObjectReference, GpuVm> vmOf,
        IReadOnlyDictionary<ManagedObjectReference, string> clusterNames,
        IReadOnlyDictionary<int, IReadOnlyCollection<string>>? roles)
    {
        var id = new VimObjectId(_serverUuid, record.Reference);
        bool isInCluster = record.Parent.Type == "ClusterComputeResource";
        ILookup<PciAddress, GpuAssignment> assignments = Assignments(record, vms, vmOf);
        return new GpuHost
        {
            Id = id,
            Name = record.Name,
            ServerName = _serverName,
            Cluster = isInCluster ? record.Parent : null,
            ClusterName = isInCluster && clusterNames.TryGetValue(record.Parent, out string? clusterName) ? clusterName : null,
            Version = record.Version,
            Build = record.Build,
            ConnectionState = record.ConnectionState,
            InMaintenanceMode = record.InMaintenanceMode,
            BootTime = record.BootTime,
            IsRebootRequired = record.IsRebootRequired,
            CanRebindWithoutReboot = record.CanRebindWithoutReboot,
            CanSetHardwareLabel = record.CanSetHardwareLabel,
            IsRebootSupported = record.IsRebootSupported,
            Privileges = Privileges(record.Roles, roles),
            MemoryMB = record.MemoryBytes is > 0 ? record.MemoryBytes / (1024 * 1024) : null,
            Vendor = record.Vendor,
            HardwareModel = record.HardwareModel,
            PciPassthruSystem = record.PciPassthruSystem,
            Vms = record.Vms,
            Devices = record.PciDevices
                .Where(IsGpu)
                .Select(device => Device(record, id, device, assignments[device.Address]))
                .OrderBy(device => device.Address)
                .ToList(),
            Functions = record.PciDevices.Select(device => Function(record, device)).OrderBy(function => function.Address).ToList(),
        };
    }

    private GpuDevice Device(HostRecord record, VimObjectId hostId, HostRecord.HostPciDevice device, IEnumerable<GpuAssignment> assignments)
    {
        record.Passthru.TryGetValue(device.Address, out HostRecord.HostPassthru passthru);
        record.Graphics.TryGetValue(device.Address, out HostRecord.HostGraphics? graphics);
        return new GpuDevice
        {
            HostId = hostId,
            HostName = record.Name,
            ServerName = _serverName,
            Address = device.Address,
            Name = device.Name,
            Model = _catalog.Find(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId)?.Name,
            VendorId = device.VendorId,
            DeviceId = device.DeviceId,
            SubVendorId = device.SubVendorId,
            SubDeviceId = device.SubDeviceId,
            ClassId = device.ClassId,
            IsCapable = passthru.IsCapable,
            IsEnabled = passthru.IsEnabled,
            IsActive = passthru.IsActive,
            Label = passthru.Label,
            IsSriovCapable = passthru.IsSriovCapable,
            VirtualFunctions = passthru.VirtualFunctions,
            DependentDevice = passthru.DependentDevice,
            GraphicsType = graphics?.Type,
            VgpuMode = graphics?.VgpuMode,
            MemoryMB = graphics?.MemoryMB,
            Assignments = assignments.ToList(),
        };
    }

    private static PciFunction Function(HostRecord record, HostRecord.HostPciDevice device)
    {
        record.Passthru.TryGetValue(device.Address, out HostRecord.HostPassthru passthru);
        return new PciFunction
        {
            Address = device.Address,
            Name = device.Name,
            VendorId = device.VendorId,
            ClassId = device.ClassId,
            DependentDevice = passthru.DependentDevice,
            IsCapable = passthru.IsCapable,
            IsEnabled = passthru.IsEnabled,
            IsActive = passthru.IsActive,
        };
    }

    // By address in the VM's configuration, by what the host says it bound, and by the vGPUs the host says run on a device.
    private ILookup<PciAddress, GpuAssignment> Assignments(HostRecord record, IEnumerable<GpuVm> vms, Dictionary<ManagedObjectReference, GpuVm> vmOf)
    {
        var held = new List<(PciAddress Address, GpuAssignment Assignment)>();
        foreach (GpuVm vm in vms)
        {
            foreach (VmGpu device in vm.PciDevices)
            {
                if (device.Address is { } address)
                {
                    held.Add((address, new GpuAssignment(vm.Id, vm.Name, device.Kind, vm.IsRunning)));
                }
            }
        }

        foreach ((PciAddress address, ManagedObjectReference vm) in record.Bindings)
        {
            AddFromHost(held, address, vm, VmGpuKind.DynamicPassthrough, vmOf);
        }

        foreach (KeyValuePair<PciAddress, HostRecord.HostGraphics> graphics in record.Graphics)
        {
            foreach (ManagedObjectReference vm in graphics.Value.Vms)
            {
                AddFromHost(held, graphics.Key, vm, VmGpuKind.Vgpu, vmOf);
            }
        }

        return held.ToLookup(entry => entry.Address, entry => entry.Assignment);
    }

    private void AddFromHost(
        List<(PciAddress Address, GpuAssignment Assignment)> held,
        PciAddress address,
        ManagedObjectReference reference,
        VmGpuKind kind,
        Dictionary<ManagedObjectReference, GpuVm> vmOf)
    {
        var id = new VimObjectId(_serverUuid, reference);
        if (held.Any(entry => entry.Address == address && entry.Assignment.Vm == id))
        {
            return;
        }

        // The host names only VMs that run; one that may not be read is still known by its id.
        bool isKnown = vmOf.TryGetValue(reference, out GpuVm? vm);
        held.Add((address, new GpuAssignment(id, isKnown ? vm!.Name : reference.Value, kind, !isKnown || vm!.IsRunning)));
    }

    private GpuVm Vm(VmRecord record, HostRecord? host, IReadOnlyDictionary<int, IReadOnlyCollection<string>>? roles)
    {
        var id = new VimObjectId(_serverUuid, record.Reference);
        return new GpuVm
        {
            Id = id,
            Name = record.Name,
            ServerName = _serverName,
            InstanceUuid = record.InstanceUuid,
            Host = record.Host.IsEmpty ? null : record.Host,
            HostName = host?.Name,
            PowerState = record.PowerState,
            ConnectionState = record.ConnectionState,
            IsTemplate = record.IsTemplate,
            Firmware = record.Firmware,
            IsSecureBootEnabled = record.IsSecureBootEnabled,
            GuestId = record.GuestId,
            HardwareVersion = record.HardwareVersion,
            MemoryMB = record.MemoryMB,
            MemoryReservationMB = record.MemoryReservationMB,
            IsMemoryReservationLocked = record.IsMemoryReservationLocked,
            IsCpuHotAddEnabled = record.IsCpuHotAddEnabled,
            IsMemoryHotAddEnabled = record.IsMemoryHotAddEnabled,
            HasSnapshots = record.HasSnapshots,
            IsToolsRunning = record.IsToolsRunning,
            ChangeVersion = record.ChangeVersion,
            LogDirectory = LogDirectory(record),
            EnvironmentBrowser = record.EnvironmentBrowser,
            ExtraConfig = record.ExtraConfig,
            Privileges = Privileges(record.Roles, roles),
            PciDevices = record.PciDevices.Select(device => VmDevice(record, id, device, host)).ToList(),
        };
    }

    // Without a folder of their own the logs lie beside the .vmx file.
    private static string? LogDirectory(VmRecord record)
    {
        string? directory = record.LogDirectory;
        if (string.IsNullOrEmpty(directory))
        {
            int slash = record.VmPathName?.LastIndexOf('/') ?? -1;
            directory = slash < 0 ? null : record.VmPathName!.Substring(0, slash + 1);
        }

        return directory is null || directory.EndsWith("/", StringComparison.Ordinal) ? directory : directory + "/";
    }

    private VmGpu VmDevice(VmRecord vm, VimObjectId id, VmRecord.VmPciDevice device, HostRecord? host)
    {
        VmGpuKind kind = KindOf(device.BackingType);
        PciAddress? address = kind switch
        {
            VmGpuKind.StaticPassthrough => PciText.FindAddress(device.Id),
            VmGpuKind.DynamicPassthrough => PciText.FindAddress(device.AssignedId) ?? BoundTo(vm, device, host),
            _ => null,
        };
        HostRecord.HostPciDevice? there = address is null ? null : At(host, address.Value);
        IReadOnlyList<PciIdMatch> allowed = kind switch
        {
            VmGpuKind.StaticPassthrough when PciText.ReadDeviceId(device.DeviceId, there?.DeviceId) is { } deviceId => [new PciIdMatch(device.VendorId, deviceId)],

            // Some tools leave the device id out; the address tells which device is meant.
            VmGpuKind.StaticPassthrough when there is { } actual => [new PciIdMatch(actual.VendorId, actual.DeviceId)],
            VmGpuKind.DynamicPassthrough => device.AllowedDevices,
            _ => [],
        };
        int? index = VmGpuIndex.Read(device.Label);
        return new VmGpu
        {
            VmId = id,
            VmName = vm.Name,
            ServerName = _serverName,
            HostName = host?.Name,
            Key = device.Key,
            Kind = kind,
            DeviceLabel = device.Label,
            Address = address,
            AllowedDevices = allowed,
            SystemId = string.IsNullOrEmpty(device.SystemId) ? null : device.SystemId,
            CustomLabel = string.IsNullOrEmpty(device.CustomLabel) ? null : device.CustomLabel,
            VgpuProfile = string.IsNullOrEmpty(device.Vgpu) ? null : device.Vgpu,
            CanMigrate = device.CanMigrate,
            MigrationSizeMB = device.MigrationSizeMB,
            IsEnhancedMigration = device.IsEnhancedMigration,
            Index = index,
            PluginParameters = kind == VmGpuKind.Vgpu && index is { } number ? VmGpuIndex.PluginParameters(vm.ExtraConfig, number) : _noParameters,
            DeviceGroupKey = device.GroupKey,
            DeviceGroup = device.GroupKey is { } group && vm.DeviceGroups.TryGetValue(group, out string? groupName) ? groupName : null,
            Model = there is { } board
                ? _catalog.Find(board.VendorId, board.DeviceId, board.SubVendorId, board.SubDeviceId)?.Name
                : ModelOf(allowed),
        };
    }

    // The host tells which device it bound to the VM, where the VM's own configuration does not: good for a VM with one dynamic device.
    private static PciAddress? BoundTo(VmRecord vm, VmRecord.VmPciDevice device, HostRecord? host)
    {
        int dynamicDevices = vm.PciDevices.Count(other => KindOf(other.BackingType) == VmGpuKind.DynamicPassthrough);
        if (host is null || dynamicDevices != 1 || KindOf(device.BackingType) != VmGpuKind.DynamicPassthrough)
        {
            return null;
        }

        List<PciAddress> bound = host.Bindings.Where(binding => binding.Vm == vm.Reference).Select(binding => binding.Address).ToList();
        return bound.Count == 1 ? bound[0] : null;
    }

    private string? ModelOf(IReadOnlyList<PciIdMatch> allowed)
    {
        List<string?> models = allowed
            .Select(ids => _catalog.Find(ids.VendorId, ids.DeviceId, ids.SubVendorId ?? 0, ids.SubDeviceId ?? 0)?.Name)
            .Distinct()
            .ToList();
        return models.Count == 1 ? models[0] : null;
    }

    private static VmGpuKind KindOf(string backingType) => backingType switch
    {
        "VirtualPCIPassthroughDeviceBackingInfo" => VmGpuKind.StaticPassthrough,
        "VirtualPCIPassthroughDynamicBackingInfo" => VmGpuKind.DynamicPassthrough,
        "VirtualPCIPassthroughVmiopBackingInfo" => VmGpuKind.Vgpu,
        _ => VmGpuKind.Other,
    };

    private static HostRecord.HostPciDevice? At(HostRecord? host, PciAddress address)
    {
        foreach (HostRecord.HostPciDevice device in host?.PciDevices ?? [])
        {
            if (device.Address == address)
            {
                return device;
            }
        }

        return null;
    }
}
