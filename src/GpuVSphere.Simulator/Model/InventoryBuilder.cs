using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Builds an inventory, object by object.</summary>
internal sealed class InventoryBuilder
{
    private readonly SimulatedInventory _inventory;
    private readonly Folder _root;
    private Datacenter? _datacenter;
    private Datastore? _datastore;
    private Network? _network;

    public InventoryBuilder(SimulatorOptions options, ServerProfile profile)
    {
        profile = profile.With("guestOperationsManager", GuestManagers.Operations(profile.IsVCenter));
        _inventory = new SimulatedInventory(options, profile);
        GuestManagers.AddTo(_inventory);
        _root = new Folder(profile.RootFolder, _inventory, profile.IsVCenter ? "Datacenters" : "ha-folder-root", "Folder", "Datacenter");
        _inventory.Add(_root);
        if (profile.Managers.TryGetValue("fileManager", out MoRef files))
        {
            _inventory.Add(new DatastoreFileManager(files, _inventory));
        }

        if (_inventory.Settings is { } settings)
        {
            _inventory.Add(settings);
        }
    }

    public SimulatedInventory Inventory => _inventory;

    private Datacenter Center => _datacenter ?? throw new InvalidOperationException("A datacenter comes first.");

    /// <summary>A datacenter with a datastore and a network; what is built next goes in there.</summary>
    public InventoryBuilder Datacenter(string name, string datastoreName)
    {
        bool isVCenter = _inventory.IsVCenter;
        Folder vm = Folder("vm", isVCenter ? null : "ha-folder-vm", "group-v", "Folder", "VirtualMachine", "VirtualApp");
        Folder host = Folder("host", isVCenter ? null : "ha-folder-host", "group-h", "Folder", "ComputeResource");
        Folder datastore = Folder("datastore", isVCenter ? null : "ha-folder-datastore", "group-s", "Folder", "Datastore", "StoragePod");
        Folder network = Folder("network", isVCenter ? null : "ha-folder-network", "group-n", "Folder", "Network", "DistributedVirtualSwitch");
        _datacenter = new Datacenter(Reference("Datacenter", isVCenter ? null : "ha-datacenter", "datacenter-"), _inventory, name)
        {
            VmFolder = vm,
            HostFolder = host,
            DatastoreFolder = datastore,
            NetworkFolder = network,
        };
        foreach (Folder folder in new[] { vm, host, datastore, network })
        {
            folder.Parent = _datacenter;
            _inventory.Add(folder);
        }

        _inventory.Add(_datacenter);
        _root.Add(_datacenter);

        Datastore? made = null;
        HostDatastoreBrowser browser = new(_inventory.NewReference("HostDatastoreBrowser", "datastoreBrowser-"), _inventory, () => [made!]);
        _datastore = made = new Datastore(_inventory.NewReference("Datastore", "datastore-"), _inventory, datastoreName, browser);
        _inventory.Add(browser);
        _inventory.Add(_datastore);
        datastore.Add(_datastore);
        _network = new Network(Reference("Network", isVCenter ? null : "HaNetwork-VM Network", "network-"), _inventory, "VM Network");
        _inventory.Add(_network);
        network.Add(_network);
        return this;
    }

    public ComputeResource Cluster(string name, bool isImageManaged = false) => Compute("ClusterComputeResource", name, null, isImageManaged);

    /// <summary>A host in a cluster, or alone when there is none.</summary>
    public HostSystem Host(ComputeResource? cluster, string name, EsxRelease release, bool canRebind = false, bool bootsFromUsb = false, bool canReboot = true)
    {
        ComputeResource compute = cluster ?? Compute("ComputeResource", name, _inventory.IsVCenter ? null : "ha-compute-res");
        HostSystem host = new(Reference("HostSystem", _inventory.IsVCenter ? null : "ha-host", "host-"), _inventory, name, release)
        {
            CanRebindWithoutReboot = canRebind,
            BootsFromUsb = bootsFromUsb,
            CanReboot = canReboot,
            BootTime = _inventory.Options.StartTime.AddDays(-30),
        };
        host.Functions.Add(new PciFunction(PciId.Parse("0000:00:00.0"), CardModel.HostBridge));
        host.Functions.Add(new PciFunction(PciId.Parse("0000:03:00.0"), CardModel.ManagementDisplay));
        host.Functions.Add(new PciFunction(PciId.Parse("0000:17:00.0"), CardModel.RootPort));
        host.Functions.Add(new PciFunction(PciId.Parse("0000:18:00.0"), CardModel.StorageController) { ParentBridge = "0000:17:00.0", KernelName = "vmhba0" });
        host.Functions.Add(new PciFunction(PciId.Parse("0000:19:00.0"), CardModel.Nic) { ParentBridge = "0000:17:00.0", KernelName = "vmnic0" });
        host.Functions.Add(new PciFunction(PciId.Parse("0000:19:00.1"), CardModel.Nic) { ParentBridge = "0000:17:00.0", KernelName = "vmnic1" });
        host.Services.Add(new HostService("DCUI", "Direct Console UI", "on", true));
        host.Services.Add(new HostService("TSM", "ESXi Shell", "off", false));
        host.Services.Add(new HostService("TSM-SSH", "SSH", "off", false));
        host.Services.Add(new HostService("ntpd", "NTP Daemon", "on", true));
        host.Services.Add(new HostService("vpxa", "VMware vCenter Agent", "on", true) { Package = "vpxa" });
        host.Services.Add(new HostService("xorg", "X.Org Server", "on", false) { Package = "xorg" });
        compute.Add(host);
        _inventory.Add(host);
        foreach (ManagedObject manager in host.Managers)
        {
            _inventory.Add(manager);
        }

        return host;
    }

    /// <summary>Puts a card into a host, behind a root port of its own.</summary>
    public PciFunction Card(HostSystem host, string address, CardModel card, CardModel? secondFunction = null)
    {
        PciId id = PciId.Parse(address);
        PciId port = new(id.Segment, (byte)(id.Bus - 1), 0, 0);
        if (host.Functions.All(f => f.Id != port))
        {
            host.Functions.Add(new PciFunction(port, CardModel.RootPort));
        }

        PciFunction function = new(id, card) { ParentBridge = port.ToString() };
        host.Functions.Add(function);
        if (secondFunction is not null)
        {
            host.Functions.Add(new PciFunction(id with { Function = 1 }, secondFunction) { ParentBridge = port.ToString(), DependentDevice = id });
        }

        return function;
    }

    /// <summary>A powered-off EFI VM of the host's newest hardware version.</summary>
    public VirtualMachine Vm(HostSystem host, string name, Action<VmConfig>? configure = null, bool hasTools = true)
    {
        VmConfig config = new() { HardwareVersion = host.Release.MaxHardwareVersion };
        config.ExtraConfig["nvram"] = name + ".nvram";
        config.ExtraConfig["svga.present"] = "TRUE";
        configure?.Invoke(config);
        config.Devices.AddRange(StandardDevices.Create(name, _datastore!, _network!));
        VirtualMachine vm = new(_inventory.NewReference("VirtualMachine", "vm-"), _inventory, name, host, _datastore!, config) { HasTools = hasTools };
        _inventory.Add(vm.Browser);
        _inventory.Add(vm);
        Center.VmFolder.Add(vm);
        VmFiles.Create(vm);
        return vm;
    }

    /// <summary>Puts a file on the datastore; it is made when it is first read.</summary>
    public InventoryBuilder File(string path, Func<byte[]> content)
    {
        Lazy<byte[]> made = new(content);
        _datastore!.PutComputed(path, () => made.Value);
        return this;
    }

    /// <summary>Puts NVIDIA's packages into the folder NVIDIA of the datastore.</summary>
    public InventoryBuilder NvidiaPackages()
    {
        foreach (string name in SimulatedDrivers.FileNames)
        {
            File("NVIDIA/" + name, () => SimulatedDrivers.File(name));
        }

        return this;
    }

    /// <summary>Powers a VM on as if it had run since yesterday.</summary>
    public VirtualMachine Running(VirtualMachine vm)
    {
        new VmLog(vm, _inventory).Begin();
        vm.PowerState = "poweredOn";
        vm.BootTime = _inventory.Options.StartTime.AddDays(-1);
        return vm;
    }

    private ComputeResource Compute(string type, string name, string? fixedId, bool isImageManaged = false)
    {
        ComputeResource compute = new(Reference(type, fixedId, type == "ClusterComputeResource" ? "domain-c" : "domain-s"), _inventory, name) { IsImageManaged = isImageManaged };
        compute.Pool = new ResourcePool(Reference("ResourcePool", fixedId is null ? null : "ha-root-pool", "resgroup-"), _inventory, compute) { Parent = compute };
        compute.Browser = new EnvironmentBrowser(_inventory.NewReference("EnvironmentBrowser", fixedId is null ? "envbrowser-" : "ha-env-browser-"), _inventory, () => compute.Hosts);
        _inventory.Add(compute);
        _inventory.Add(compute.Pool);
        _inventory.Add(compute.Browser);
        Center.HostFolder.Add(compute);
        return compute;
    }

    private Folder Folder(string name, string? fixedId, string prefix, params string[] childTypes) =>
        new(Reference("Folder", fixedId, prefix), _inventory, name, childTypes);

    private MoRef Reference(string type, string? fixedId, string prefix) => fixedId is null ? _inventory.NewReference(type, prefix) : new MoRef(type, fixedId);
}
