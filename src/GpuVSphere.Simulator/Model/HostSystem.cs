using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model.Software;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>An ESXi host: its state, its properties, and the calls that arrive at it.</summary>
internal sealed class HostSystem : ManagedEntity
{
    /// <summary>Every simulated host has two packages of twenty cores.</summary>
    public const int CpuCores = 40;

    public const int CpuMhz = 2100;

    private static readonly string[] s_own =
    [
        "answerFileValidationResult", "answerFileValidationState", "capability", "complianceCheckResult", "complianceCheckState", "config", "configManager",
        "datastore", "datastoreBrowser", "hardware", "licensableResource", "network", "precheckRemediationResult", "remediationResult", "remediationState",
        "runtime", "summary", "systemResources", "vm",
    ];

    private readonly List<VirtualMachine> _vms = [];

    public HostSystem(MoRef reference, SimulatedInventory inventory, string name, EsxRelease release)
        : base(reference, inventory, name)
    {
        Release = release;
        SystemId = StableGuid.From("host:" + name).ToString();
        string number = inventory.IsVCenter ? "-" + reference.Value.Substring(reference.Value.IndexOf('-') + 1) : string.Empty;
        PassthruSystem = new HostPciPassthruSystem(new MoRef("HostPciPassthruSystem", inventory.IsVCenter ? "pciPassthruSystem" + number : "ha-pcipassthrusystem"), inventory, this);
        GraphicsManager = new HostGraphicsManager(new MoRef("HostGraphicsManager", inventory.IsVCenter ? "graphicsManager" + number : "ha-graphics-manager"), inventory, this);
        ServiceSystem = new HostServiceSystem(new MoRef("HostServiceSystem", "serviceSystem" + number), inventory, this);
        DatastoreBrowser = new HostDatastoreBrowser(new MoRef("HostDatastoreBrowser", inventory.IsVCenter ? "datastoreBrowser-host" + number : "ha-host-datastorebrowser"), inventory, () => inventory.Datastores);
        ImageConfig = new HostImageConfigManager(new MoRef("HostImageConfigManager", inventory.IsVCenter ? "imageConfigManager" + number : "ha-image-config-manager"), inventory, this);
        AssignableHardware = release.Has("7.0.0.0")
            ? new HostAssignableHardwareManager(new MoRef("HostAssignableHardwareManager", inventory.IsVCenter ? "assignableHardwareManager" + number : "ha-assignable-hardware-manager"), inventory, this)
            : null;
        Maintenance = new HostMaintenance(this, inventory);
        Graphics = new HostGraphics(this);
        Software = new HostSoftware(this);
    }

    public EsxRelease Release { get; set; }

    public string SystemId { get; }

    public HostPciPassthruSystem PassthruSystem { get; }

    public HostGraphicsManager GraphicsManager { get; }

    public HostServiceSystem ServiceSystem { get; }

    public HostDatastoreBrowser DatastoreBrowser { get; }

    public HostImageConfigManager ImageConfig { get; }

    public HostAssignableHardwareManager? AssignableHardware { get; }

    public HostMaintenance Maintenance { get; }

    public ComputeResource Compute => (ComputeResource)Parent!;

    public IReadOnlyList<VirtualMachine> Vms => _vms;

    public List<PciFunction> Functions { get; } = [];

    public long MemoryBytes { get; init; } = 768L * 1024 * 1024 * 1024;

    public string Vendor { get; set; } = "Dell Inc.";

    public string Model { get; init; } = "PowerEdge R740";

    /// <summary><c>connected</c>, <c>disconnected</c> or <c>notResponding</c>.</summary>
    public string ConnectionState { get; set; } = "connected";

    /// <summary>Whether the server has ever read the host's hardware and configuration.</summary>
    public bool WasConnected { get; set; } = true;

    public bool IsAvailable => ConnectionState == "connected";

    public bool IsInMaintenance { get; set; }

    public bool IsEnteringMaintenance { get; set; }

    public DateTimeOffset BootTime { get; set; }

    public int UptimeSeconds => (int)(Inventory.Now - BootTime).TotalSeconds;

    public int BootCount { get; set; } = 1;

    /// <summary>capability.deviceRebindWithoutRebootSupported: passthrough can be switched at once (7.0+).</summary>
    public bool CanRebindWithoutReboot { get; init; }

    public bool CanReboot { get; set; } = true;

    /// <summary>Scheme and authority that files of guests go through, such as <c>https://127.0.0.1:8443</c>; null for the host's own name.</summary>
    public string? GuestFilesAt { get; set; }

    /// <summary>The certificate that vCenter has of the host, in PEM; null when it has none.</summary>
    public byte[]? Certificate { get; set; }

    public bool BootsFromUsb { get; init; }

    /// <summary>Whether SR-IOV is on in the server's firmware, which the vGPUs of Ampere and later GPUs run on.</summary>
    public bool IsSriovOn { get; set; } = true;

    public List<HostService> Services { get; } = [];

    public HostSoftware Software { get; }

    /// <summary>What is installed; what of it runs, <see cref="HostSoftware.Running"/> says.</summary>
    public List<InstalledVib> Vibs => Software.Installed;

    /// <summary>Whether NVIDIA's vGPU driver runs in the VMkernel.</summary>
    public bool HasGpuDriver => Software.IsNvidiaLoaded;

    public HostGraphics Graphics { get; }

    public bool IsRebootRequired => Functions.Any(function => function.IsPending);

    protected override IReadOnlyList<string> OwnProperties => s_own;

    protected override string OverallStatus => ConnectionState == "notResponding" ? "red" : "green";

    public IEnumerable<ManagedObject> Managers =>
        new ManagedObject?[] { PassthruSystem, GraphicsManager, ServiceSystem, ImageConfig, DatastoreBrowser, AssignableHardware }.Where(m => m is not null)!;

    public PciFunction? Function(string? id) => PciId.TryParse(id, out PciId parsed) ? Functions.FirstOrDefault(f => f.Id == parsed) : null;

    /// <summary>The running VM that holds a function by passthrough, or null.</summary>
    public VirtualMachine? HolderOf(PciFunction function) =>
        _vms.FirstOrDefault(vm => vm.PowerState == "poweredOn" && vm.Config.Passthrough.Any(device => device.AssignedFunction == function));

    /// <summary>The running VMs with a vGPU on a function.</summary>
    public IEnumerable<VirtualMachine> VgpuUsersOf(PciFunction function) =>
        _vms.Where(vm => vm.PowerState == "poweredOn" && vm.Config.Passthrough.Any(device => device.VgpuFunction == function));

    /// <summary>The vGPUs that run on a function, but for those of one VM.</summary>
    public IEnumerable<VgpuSeat> SeatsOn(PciFunction function, VirtualMachine? except = null) => _vms
        .Where(vm => vm != except && vm.PowerState == "poweredOn")
        .SelectMany(vm => vm.Config.Passthrough)
        .Select(device => device.Seat!)
        .Where(seat => seat is not null && seat.Function == function);

    /// <summary>Whether nv-hostengine runs; it starts with the host.</summary>
    public bool IsHostEngineRunning { get; set; } = true;

    /// <summary>Whether NVIDIA's management daemon runs, where it is installed.</summary>
    public bool IsGpuDaemonRunning { get; set; } = true;

    public void Register(VirtualMachine vm)
    {
        _vms.Add(vm);
        Changed("vm");
    }

    public void Unregister(VirtualMachine vm)
    {
        _vms.Remove(vm);
        Changed("vm");
    }

    /// <summary>Tells about a change of the state below <c>runtime</c>, which summary repeats.</summary>
    public void RuntimeChanged() => Changed("runtime", "summary", "overallStatus");

    /// <summary>Tells about a change of devices and what uses them.</summary>
    public void DevicesChanged()
    {
        Changed("config", "summary", "hardware");
        Inventory.Changed(PassthruSystem, "pciPassthruInfo");
        Inventory.Changed(GraphicsManager, "graphicsInfo");
        Inventory.Changed(GraphicsManager, "graphicsConfig");
        if (AssignableHardware is not null)
        {
            Inventory.Changed(AssignableHardware, "binding");
        }
    }

    /// <summary>Refuses a call that vCenter would have to pass on to the host.</summary>
    public void RequireConnected()
    {
        if (Refusals.Has(Refusal.HostDisconnected) && !IsAvailable)
        {
            throw ConnectionState == "notResponding" ? Faults.HostNotReachable(Name) : Faults.HostNotConnected(Name);
        }
    }

    protected override object? GetOwnProperty(string name) => name switch
    {
        "runtime" => HostWire.Runtime(this),
        "summary" => HostWire.Summary(this),
        "hardware" => WasConnected ? HostWire.Hardware(this) : null,
        "capability" => WasConnected ? HostWire.Capability(this) : null,
        "config" => WasConnected ? HostWire.Config(this) : null,
        "configManager" => HostWire.ConfigManager(this),
        "licensableResource" => Wire.Of("HostLicensableResourceInfo").With("resource", Wire.Of("KeyAnyValue").With("key", "numCpuPackages").With("value", 2L)),
        "vm" => Wire.References(_vms),
        "datastore" => Wire.References(Inventory.Datastores),
        "network" => Wire.References(Inventory.Networks),
        "datastoreBrowser" => DatastoreBrowser.Reference,
        _ => null,
    };

    protected override object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "EnterMaintenanceMode_Task":
                return Maintenance.Enter(call);
            case "ExitMaintenanceMode_Task":
                return Maintenance.Exit(call);
            case "RebootHost_Task":
                return Maintenance.Reboot(call);
            case "DisconnectHost_Task":
                return Maintenance.Disconnect(call);
            case "ReconnectHost_Task":
                return Maintenance.Reconnect(call);
            case "RetrieveHardwareUptime":
                RequireConnected();
                return (long)(Inventory.Now - BootTime).TotalSeconds;
            default:
                return base.Invoke(call);
        }
    }
}
