using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

/// <summary>A world just large enough for the protocol: a datacenter, a cluster, a host, two VMs, one file.</summary>
internal sealed class StubModel : IServerModel, IDatastoreFiles
{
    public WireReply GuestFile(WireRequest request, IReadOnlyDictionary<string, string> query) => WireReply.Text(404, "There are no guests.");

    public StubModel(string apiVersion = "8.0.3.0", bool isVCenter = true)
    {
        Profile = new ServerProfile
        {
            Name = "vc.stub.local",
            ApiVersion = apiVersion,
            ProductVersion = "8.0.3",
            Build = "24022515",
            InstanceUuid = new Guid("11111111-2222-3333-4444-555555555555"),
            RootFolder = Root.Reference,
            IsVCenter = isVCenter,
        };
        Root.With("name", "Datacenters").With("childEntity", List(Datacenter));
        Datacenter.With("name", "DC").With("parent", Root.Reference).With("vmFolder", VmFolder.Reference).With("hostFolder", HostFolder.Reference);
        VmFolder.With("name", "vm").With("parent", Datacenter.Reference).With("childEntity", (Func<object?>)(() => Vms.Select(vm => (object)vm.Reference).ToList()));
        HostFolder.With("name", "host").With("parent", Datacenter.Reference).With("childEntity", List(Cluster));
        Cluster.With("name", "GPU").With("parent", HostFolder.Reference).With("host", List(Host));
        Host.With("name", "esx-1").With("parent", Cluster.Reference).With("vm", (Func<object?>)(() => Vms.Select(vm => (object)vm.Reference).ToList()))
            .With("runtime", new DataObject("HostRuntimeInfo").With("connectionState", "connected").With("powerState", "poweredOn").With("inMaintenanceMode", false))
            .With("hardware", new DataObject("HostHardwareInfo").With("systemInfo", new DataObject("HostSystemInfo").With("vendor", "Stub").With("model", "S1").With("uuid", "4c4c4544-0001"))
                .With("pciDevice", new List<object> { Pci("0000:3b:00.0", 0x3b), Pci("0000:af:00.0", 0xaf) }))
            .With("config", Config());
        Host.Can("EnterMaintenanceMode_Task", _ => null);
        AddVm("vm-1", "ml-01");
        AddVm("vm-2", "ml-02");
    }

    public ServerProfile Profile { get; }

    public IDatastoreFiles Files => this;

    public StubObject Root { get; } = new("Folder", "group-d1");

    public StubObject Datacenter { get; } = new("Datacenter", "datacenter-1");

    public StubObject VmFolder { get; } = new("Folder", "group-v1");

    public StubObject HostFolder { get; } = new("Folder", "group-h1");

    public StubObject Cluster { get; } = new("ClusterComputeResource", "domain-c1");

    public StubObject Host { get; } = new("HostSystem", "host-1");

    public List<StubObject> Vms { get; } = [];

    public List<EsxCliCommand> Commands { get; } = [];

    public Dictionary<string, byte[]> Content { get; } = new() { ["ml-01/vmware.log"] = "0123456789"u8.ToArray() };

    public SimulatedServer World { get; private set; } = null!;

    public void Populate(IObjectWorld world)
    {
        World = (SimulatedServer)world;
        foreach (StubObject each in new[] { Root, Datacenter, VmFolder, HostFolder, Cluster, Host }.Concat(Vms))
        {
            world.Add(each);
        }
    }

    public IEnumerable<EsxCliCommand> EsxCliCommands(MoRef host) => host == Host.Reference ? Commands : [];

    public Stream? OpenRead(string? datacenterPath, string datastore, string path) =>
        datacenterPath == "DC" && datastore == "gpu-ds" && Content.TryGetValue(path, out byte[]? bytes) ? new MemoryStream(bytes, writable: false) : null;

    public FileWrite Write(string? datacenterPath, string datastore, string path, byte[] content)
    {
        bool isThere = datacenterPath == "DC" && datastore == "gpu-ds";
        if (isThere)
        {
            Content[path] = content;
        }

        return isThere ? FileWrite.Done : FileWrite.NoDatastore;
    }

    public StubObject AddVm(string id, string name)
    {
        StubObject vm = new StubObject("VirtualMachine", id)
            .With("name", name)
            .With("parent", VmFolder.Reference)
            .With("runtime", new DataObject("VirtualMachineRuntimeInfo").With("host", Host.Reference).With("connectionState", "connected").With("powerState", "poweredOff"))
            .With("config", new DataObject("VirtualMachineConfigInfo")
                .With("changeVersion", "1")
                .With("name", name)
                .With("uuid", "42000000-" + id)
                .With("instanceUuid", "50000000-" + id)
                .With("hardware", new DataObject("VirtualHardware").With("numCPU", 4).With("memoryMB", 8192).With("device", new List<object>
                {
                    new DataObject("VirtualPCIPassthrough").With("key", 13000).With("backing", new DataObject("VirtualPCIPassthroughDynamicBackingInfo").With("deviceName", string.Empty).With("customLabel", "ml")),
                }))
                .With("extraConfig", new List<object>
                {
                    new DataObject("OptionValue").With("key", "pciPassthru.use64bitMMIO").With("value", "TRUE"),
                    new DataObject("OptionValue").With("key", "a.b").With("value", 7),
                }));
        vm.Methods["PowerOnVM_Task"] = (call, _) => Task.FromResult<object?>(World.StartTask(vm.Reference, "VirtualMachine.powerOn", call.Session, isCancelable: true, async handle =>
        {
            handle.Progress(40);
            await World.Clock.DelayAsync(TimeSpan.FromMinutes(1), handle.Cancelled);
            return null;
        }));
        Vms.Add(vm);
        return vm;
    }

    private static DataObject Pci(string id, int bus) => new DataObject("HostPciDevice")
        .With("id", id).With("classId", (short)0x302).With("bus", bus).With("slot", (sbyte)0).With("physicalSlot", 3).With("function", (sbyte)0)
        .With("vendorId", (short)0x10de).With("subVendorId", (short)0x10de).With("vendorName", "NVIDIA Corporation")
        .With("deviceId", 0x20f1).With("subDeviceId", 0x9999).With("deviceName", "A100").With("deviceClassName", "3D controller");

    private static DataObject Config() => new DataObject("HostConfigInfo").With("pciPassthruInfo", new List<object>
    {
        new DataObject("HostPciPassthruInfo").With("id", "0000:3b:00.0").With("dependentDevice", "0000:3b:00.0")
            .With("passthruEnabled", false).With("passthruCapable", true).With("passthruActive", false).With("hardwareLabel", "ml"),
        new DataObject("HostSriovInfo").With("id", "0000:af:00.0").With("dependentDevice", "0000:af:00.0")
            .With("passthruEnabled", true).With("passthruCapable", true).With("passthruActive", false).With("sriovEnabled", false).With("sriovCapable", true)
            .With("sriovActive", false).With("numVirtualFunctionRequested", 0).With("numVirtualFunction", 0).With("maxVirtualFunctionSupported", 16),
    });

    private static List<object> List(params StubObject[] objects) => objects.Select(each => (object)each.Reference).ToList();
}
