using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Inventory;

public sealed class InventoryReaderTests
{
    private const string Roles = """
        <objects><obj type="AuthorizationManager">AuthorizationManager</obj><propSet><name>roleList</name><val xsi:type="ArrayOfAuthorizationRole">
        <AuthorizationRole xsi:type="AuthorizationRole"><roleId>-1</roleId><system>true</system><name>Admin</name><info/><privilege>System.View</privilege><privilege>Host.Config.PciPassthru</privilege></AuthorizationRole>
        <AuthorizationRole xsi:type="AuthorizationRole"><roleId>7</roleId><system>false</system><name>Ops</name><info/><privilege>VirtualMachine.Interact.PowerOn</privilege></AuthorizationRole>
        <AuthorizationRole xsi:type="AuthorizationRole"><roleId>8</roleId><system>false</system><name>Gpu</name><info/><privilege>VirtualMachine.Config.AddRemoveDevice</privilege></AuthorizationRole>
        </val></propSet></objects>
        """;

    private const string Host = """
        <objects><obj type="HostSystem">host-1</obj>
        <propSet><name>name</name><val xsi:type="xsd:string">esx%2f01</val></propSet>
        <propSet><name>parent</name><val type="ClusterComputeResource" xsi:type="ManagedObjectReference">domain-c1</val></propSet>
        <propSet><name>vm</name><val xsi:type="ArrayOfManagedObjectReference"><ManagedObjectReference type="VirtualMachine" xsi:type="ManagedObjectReference">vm-1</ManagedObjectReference><ManagedObjectReference type="VirtualMachine" xsi:type="ManagedObjectReference">vm-2</ManagedObjectReference></val></propSet>
        <propSet><name>effectiveRole</name><val xsi:type="ArrayOfInt"><int xsi:type="xsd:int">-1</int></val></propSet>
        <propSet><name>runtime.connectionState</name><val xsi:type="HostSystemConnectionState">connected</val></propSet>
        <propSet><name>runtime.bootTime</name><val xsi:type="xsd:dateTime">2026-01-02T03:04:05.6Z</val></propSet>
        <propSet><name>summary.rebootRequired</name><val xsi:type="xsd:boolean">true</val></propSet>
        <propSet><name>summary.hardware.memorySize</name><val xsi:type="xsd:long">1099511627776</val></propSet>
        <propSet><name>summary.config.product.version</name><val xsi:type="xsd:string">8.0.3</val></propSet>
        <propSet><name>capability.deviceRebindWithoutRebootSupported</name><val xsi:type="xsd:boolean">true</val></propSet>
        <propSet><name>configManager.pciPassthruSystem</name><val type="HostPciPassthruSystem" xsi:type="ManagedObjectReference">pciPassthruSystem-1</val></propSet>
        <propSet><name>hardware.pciDevice</name><val xsi:type="ArrayOfHostPciDevice">
        <HostPciDevice xsi:type="HostPciDevice"><id>0000:3b:00.0</id><classId>770</classId><bus>59</bus><slot>0</slot><function>0</function><vendorId>4318</vendorId><subVendorId>4318</subVendorId><vendorName>NVIDIA Corporation</vendorName><deviceId>8373</deviceId><subDeviceId>5427</subDeviceId><parentBridge>0000:3a:00.0</parentBridge><deviceName>GA100 [A100 PCIe 80GB]</deviceName><deviceClassName>3D controller</deviceClassName></HostPciDevice>
        <HostPciDevice xsi:type="HostPciDevice"><id>0000:AF:00.0</id><classId>768</classId><bus>-81</bus><slot>0</slot><physicalSlot>3</physicalSlot><function>0</function><vendorId>4318</vendorId><subVendorId>4318</subVendorId><vendorName/><deviceId>7864</deviceId><subDeviceId>4770</subDeviceId><deviceName>TU104GL [Tesla T4]</deviceName></HostPciDevice>
        <HostPciDevice xsi:type="HostPciDevice"><id>0000:af:00.1</id><classId>1027</classId><bus>-81</bus><slot>0</slot><function>1</function><vendorId>4318</vendorId><subVendorId>4318</subVendorId><vendorName/><deviceId>4344</deviceId><subDeviceId>4770</subDeviceId><deviceName>Audio function</deviceName></HostPciDevice>
        <HostPciDevice xsi:type="HostPciDevice"><id>0000:05:00.1</id><classId>512</classId><bus>5</bus><slot>0</slot><function>1</function><vendorId>-32634</vendorId><subVendorId>4136</subVendorId><vendorName>Intel(R)</vendorName><deviceId>5490</deviceId><subDeviceId>0</subDeviceId><deviceName>Ethernet Controller X710</deviceName></HostPciDevice>
        <HostPciDevice xsi:type="HostPciDevice"><id>0000:07:00.0</id><classId>768</classId><bus>7</bus><slot>0</slot><function>0</function><vendorId>6659</vendorId><subVendorId/><vendorName/><deviceId>8192</deviceId><subDeviceId/><deviceName>ASPEED Graphics</deviceName></HostPciDevice>
        </val></propSet>
        <propSet><name>config.pciPassthruInfo</name><val xsi:type="ArrayOfHostPciPassthruInfo">
        <HostPciPassthruInfo xsi:type="HostSriovInfo"><id>0000:3b:00.0</id><dependentDevice>0000:3b:00.0</dependentDevice><passthruEnabled>true</passthruEnabled><passthruCapable>true</passthruCapable><passthruActive>true</passthruActive><hardwareLabel>training</hardwareLabel><sriovEnabled>false</sriovEnabled><sriovCapable>true</sriovCapable><sriovActive>false</sriovActive><numVirtualFunctionRequested>0</numVirtualFunctionRequested><numVirtualFunction>0</numVirtualFunction><maxVirtualFunctionSupported>16</maxVirtualFunctionSupported></HostPciPassthruInfo>
        <HostPciPassthruInfo xsi:type="HostPciPassthruInfo"><id>0000:af:00.0</id><dependentDevice>0000:ae:00.0</dependentDevice><passthruEnabled>true</passthruEnabled><passthruCapable>true</passthruCapable><passthruActive>false</passthruActive></HostPciPassthruInfo>
        </val></propSet>
        <propSet><name>config.graphicsInfo</name><val xsi:type="ArrayOfHostGraphicsInfo">
        <HostGraphicsInfo xsi:type="HostGraphicsInfo"><deviceName>T4</deviceName><vendorName>NVIDIA</vendorName><pciId>0000:af:00.0</pciId><graphicsType>sharedDirect</graphicsType><vgpuMode/><memorySizeInKB>16777216</memorySizeInKB><vm type="VirtualMachine">vm-2</vm><vm type="VirtualMachine">vm-99</vm></HostGraphicsInfo>
        </val></propSet>
        <propSet><name>config.assignableHardwareBinding</name><val xsi:type="ArrayOfHostAssignableHardwareBinding"><HostAssignableHardwareBinding xsi:type="HostAssignableHardwareBinding"><instanceId>PCI:0000:3b:00.0</instanceId><vm type="VirtualMachine">vm-1</vm></HostAssignableHardwareBinding></val></propSet>
        <propSet><name>some.newProperty</name><val xsi:type="NewThing"><x><y>1</y></x></val></propSet>
        </objects>
        """;

    private const string DownHost = """
        <objects><obj type="HostSystem">host-2</obj>
        <propSet><name>name</name><val xsi:type="xsd:string">esx-down</val></propSet>
        <propSet><name>runtime.connectionState</name><val xsi:type="HostSystemConnectionState">disconnected</val></propSet>
        <missingSet><path>effectiveRole</path><fault><fault xsi:type="NoPermission"><object type="HostSystem">host-2</object><privilegeId>System.Read</privilegeId></fault><localizedMessage/></fault></missingSet>
        </objects>
        """;

    private const string Vm1 = """
        <objects><obj type="VirtualMachine">vm-1</obj>
        <propSet><name>name</name><val xsi:type="xsd:string">ml-01</val></propSet>
        <propSet><name>effectiveRole</name><val xsi:type="ArrayOfInt"><int>7</int><int>8</int></val></propSet>
        <propSet><name>environmentBrowser</name><val type="EnvironmentBrowser" xsi:type="ManagedObjectReference">envbrowser-1</val></propSet>
        <propSet><name>runtime.host</name><val type="HostSystem" xsi:type="ManagedObjectReference">host-1</val></propSet>
        <propSet><name>runtime.powerState</name><val xsi:type="VirtualMachinePowerState">poweredOn</val></propSet>
        <propSet><name>guest.toolsRunningStatus</name><val xsi:type="xsd:string">guestToolsRunning</val></propSet>
        <propSet><name>snapshot</name><val xsi:type="VirtualMachineSnapshotInfo"><currentSnapshot type="VirtualMachineSnapshot">snapshot-1</currentSnapshot></val></propSet>
        <propSet><name>config.instanceUuid</name><val xsi:type="xsd:string">5021-uuid</val></propSet>
        <propSet><name>config.changeVersion</name><val xsi:type="xsd:string">2026-01-01T00:00:00.000000Z</val></propSet>
        <propSet><name>config.template</name><val xsi:type="xsd:boolean">false</val></propSet>
        <propSet><name>config.version</name><val xsi:type="xsd:string">vmx-20</val></propSet>
        <propSet><name>config.firmware</name><val xsi:type="xsd:string">efi</val></propSet>
        <propSet><name>config.files.vmPathName</name><val xsi:type="xsd:string">[gpu-ds] ml-01/ml-01.vmx</val></propSet>
        <propSet><name>config.hardware.memoryMB</name><val xsi:type="xsd:int">65536</val></propSet>
        <propSet><name>config.memoryAllocation</name><val xsi:type="ResourceAllocationInfo"><reservation>1024</reservation><expandableReservation>true</expandableReservation><limit>-1</limit></val></propSet>
        <propSet><name>config.memoryReservationLockedToMax</name><val xsi:type="xsd:boolean">true</val></propSet>
        <propSet><name>config.cpuHotAddEnabled</name><val xsi:type="xsd:boolean">true</val></propSet>
        <propSet><name>config.extraConfig</name><val xsi:type="ArrayOfOptionValue"><OptionValue xsi:type="OptionValue"><key>PCIPASSTHRU.use64bitmmio</key><value xsi:type="xsd:string">TRUE</value></OptionValue><OptionValue xsi:type="OptionValue"><key>gone</key><value xsi:type="xsd:string"></value></OptionValue></val></propSet>
        <propSet><name>config.hardware.device</name><val xsi:type="ArrayOfVirtualDevice">
        <VirtualDevice xsi:type="VirtualLsiLogicController"><key>1000</key><device>2000</device></VirtualDevice>
        <VirtualDevice xsi:type="VirtualPCIPassthrough"><key>13000</key><deviceInfo xsi:type="Description"><label>PCI device 0</label><summary>x</summary></deviceInfo><backing xsi:type="VirtualPCIPassthroughDynamicBackingInfo"><deviceName></deviceName><allowedDevice><vendorId>4318</vendorId><deviceId>8373</deviceId></allowedDevice><customLabel>training</customLabel></backing><controllerKey>100</controllerKey></VirtualDevice>
        <VirtualDevice xsi:type="VirtualPCIPassthrough"><key>13001</key><deviceInfo><label>PCI device 1</label><summary/></deviceInfo><backing xsi:type="VirtualPCIPassthroughDeviceBackingInfo"><deviceName/><id>0000:05:00.1</id><deviceId></deviceId><systemId>sys-1</systemId><vendorId>-32634</vendorId></backing></VirtualDevice>
        <VirtualDevice xsi:type="VirtualPCIPassthrough"><key>13002</key><backing xsi:type="VirtualPCIPassthroughFutureBackingInfo"><thing>1</thing></backing></VirtualDevice>
        </val></propSet>
        </objects>
        """;

    private const string Vm2 = """
        <objects><obj type="VirtualMachine">vm-2</obj>
        <propSet><name>name</name><val xsi:type="xsd:string">vdi-01</val></propSet>
        <propSet><name>runtime.host</name><val type="HostSystem" xsi:type="ManagedObjectReference">host-1</val></propSet>
        <propSet><name>runtime.powerState</name><val xsi:type="VirtualMachinePowerState">poweredOn</val></propSet>
        <propSet><name>config.hardware.device</name><val xsi:type="ArrayOfVirtualDevice">
        <VirtualDevice xsi:type="VirtualPCIPassthrough"><key>13000</key><backing xsi:type="VirtualPCIPassthroughVmiopBackingInfo"><vgpu>grid_t4-4q</vgpu><migrateSupported>true</migrateSupported></backing></VirtualDevice>
        <VirtualDevice xsi:type="VirtualPCIPassthrough"><key>13001</key><backing xsi:type="VirtualPCIPassthroughDeviceBackingInfo"><deviceName/><id>0000:3b:00.0</id><deviceId>8373</deviceId><systemId>sys-1</systemId><vendorId>4318</vendorId></backing></VirtualDevice>
        </val></propSet>
        </objects>
        """;

    private const string Cluster = """
        <objects><obj type="ClusterComputeResource">domain-c1</obj><propSet><name>name</name><val xsi:type="xsd:string">GPU-80</val></propSet></objects>
        """;

    private static async Task<(GpuInventory Inventory, ScriptedVSphere Server)> ReadAsync(InventoryScope? scope = null, string roles = Roles)
    {
        var server = new ScriptedVSphere();
        server.Answers["RetrievePropertiesEx"] = body =>
        {
            bool all = body.Contains("ContainerView");
            string found = string.Empty;
            void Add(string id, string xml) => found += all || body.Contains($">{id}</obj>") ? xml : string.Empty;
            Add("host-1", Host);
            Add("host-2", DownHost);
            Add("vm-1", Vm1);
            Add("vm-2", Vm2);
            Add("domain-c1", Cluster);
            found += body.Contains("roleList") ? roles : string.Empty;
            return found.Length == 0 ? string.Empty : $"<returnval>{found}</returnval>";
        };
        using VimSession session = await server.ConnectAsync();
        return (await InventoryReader.ReadAsync(session, scope ?? InventoryScope.Everything, CancellationToken.None), server);
    }

    [Fact]
    public async Task Gpus_are_nvidia_display_controllers_and_nothing_else()
    {
        (GpuInventory inventory, _) = await ReadAsync();

        GpuHost host = inventory.Hosts.Single(one => one.Id.Reference.Value == "host-1");
        Assert.Equal(["0000:3b:00.0", "0000:af:00.0"], host.Devices.Select(device => device.Address.ToString()));
        Assert.Equal(5, host.Functions.Count);
        Assert.Equal(0x8086, host.Functions.Single(function => function.Name.StartsWith("Ethernet", System.StringComparison.Ordinal)).VendorId);
    }

    [Fact]
    public async Task A_host_is_read_with_all_that_matters()
    {
        (GpuInventory inventory, _) = await ReadAsync();

        GpuHost host = inventory.Hosts.Single(one => one.Id.Reference.Value == "host-1");
        Assert.Equal("esx/01", host.Name);
        Assert.Equal("GPU-80", host.ClusterName);
        Assert.Equal("8.0.3", host.Version);
        Assert.Equal(1024 * 1024, host.MemoryMB);
        Assert.True(host.IsRebootRequired);
        Assert.True(host.CanRebindWithoutReboot);
        Assert.False(host.CanSetHardwareLabel);
        Assert.Equal(2026, host.BootTime!.Value.Year);
        Assert.Equal("pciPassthruSystem-1", host.PciPassthruSystem.Value);
        Assert.Contains("Host.Config.PciPassthru", host.Privileges!);

        GpuDevice a100 = host.Devices[0];
        Assert.Equal(PassthroughState.Active, a100.State);
        Assert.Equal("training", a100.Label);
        Assert.Equal("A100 PCIe 80GB", a100.Model);
        GpuDevice t4 = host.Devices[1];
        Assert.Equal(PassthroughState.EnabledPendingReboot, t4.State);
        Assert.Equal("0000:ae:00.0", t4.DependentDevice.ToString());
        Assert.Equal("sharedDirect", t4.GraphicsType);
        Assert.Null(t4.VgpuMode);
        Assert.Equal(16384, t4.MemoryMB);
        Assert.Null(t4.Label);
    }

    [Fact]
    public async Task Who_holds_a_device_is_told_by_address_by_binding_and_by_vgpu()
    {
        (GpuInventory inventory, _) = await ReadAsync();

        GpuHost host = inventory.Hosts.Single(one => one.Id.Reference.Value == "host-1");
        Assert.Equal(
            ["ml-01 DynamicPassthrough", "vdi-01 StaticPassthrough"],
            host.Devices[0].Assignments.Select(holder => $"{holder.VmName} {holder.Kind}").Order());
        Assert.Equal(["vdi-01 Vgpu", "vm-99 Vgpu"], host.Devices[1].Assignments.Select(holder => $"{holder.VmName} {holder.Kind}").Order());
    }

    [Fact]
    public async Task A_vm_is_read_with_its_devices_whatever_their_backing()
    {
        (GpuInventory inventory, _) = await ReadAsync();

        GpuVm vm = inventory.Vms.Single(one => one.Name == "ml-01");
        Assert.Equal("esx/01", vm.HostName);
        Assert.True(vm.IsRunning);
        Assert.True(vm.IsToolsRunning);
        Assert.True(vm.HasSnapshots);
        Assert.Equal(20, vm.HardwareVersion);
        Assert.Equal("efi", vm.Firmware);
        Assert.Equal(65536, vm.MemoryMB);
        Assert.Equal(1024, vm.MemoryReservationMB);
        Assert.True(vm.IsMemoryReservationLocked);
        Assert.True(vm.IsCpuHotAddEnabled);
        Assert.Equal("[gpu-ds] ml-01/", vm.LogDirectory);
        Assert.Equal("TRUE", vm.ExtraConfig["pciPassthru.use64bitMMIO"]);
        Assert.False(vm.ExtraConfig.ContainsKey("gone"));
        Assert.Equal("envbrowser-1", vm.EnvironmentBrowser.Value);
        Assert.Equal(["VirtualMachine.Config.AddRemoveDevice", "VirtualMachine.Interact.PowerOn"], vm.Privileges!.Order());

        Assert.Equal([VmGpuKind.DynamicPassthrough, VmGpuKind.StaticPassthrough, VmGpuKind.Other], vm.PciDevices.Select(device => device.Kind));
        VmGpu dynamic = vm.PciDevices[0];
        Assert.Equal("0000:3b:00.0", dynamic.Address.ToString());
        Assert.Equal("training", dynamic.CustomLabel);
        Assert.Equal(new PciIdMatch(0x10DE, 0x20B5), Assert.Single(dynamic.AllowedDevices));
        Assert.Equal("A100 PCIe 80GB", dynamic.Model);
        Assert.Equal("PCI device 0", dynamic.DeviceLabel);

        // The device id was left out, as one tool does: what is at the address tells.
        Assert.Equal(new PciIdMatch(0x8086, 0x1572), Assert.Single(vm.PciDevices[1].AllowedDevices));

        GpuVm vdi = inventory.Vms.Single(one => one.Name == "vdi-01");
        Assert.Equal("grid_t4-4q", vdi.PciDevices[0].VgpuProfile);
        Assert.Equal(0x20B5, vdi.PciDevices[1].AllowedDevices[0].DeviceId); // decimal on the wire
        Assert.Null(vdi.Privileges);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_there_with_what_is_known()
    {
        (GpuInventory inventory, _) = await ReadAsync();

        GpuHost down = inventory.Hosts.Single(host => host.Name == "esx-down");
        Assert.False(down.IsConnected);
        Assert.Empty(down.Devices);
        Assert.Null(down.Privileges);
        Assert.Null(down.MemoryMB);
        Assert.True(down.PciPassthruSystem.IsEmpty);
    }

    [Fact]
    public async Task Roles_that_may_not_be_read_leave_the_privileges_unknown()
    {
        (GpuInventory inventory, _) = await ReadAsync(roles: string.Empty);

        Assert.All(inventory.Hosts, host => Assert.Null(host.Privileges));
    }

    [Fact]
    public async Task Everything_is_one_read()
    {
        (_, ScriptedVSphere server) = await ReadAsync();

        Assert.Single(server.Requests, request => request.Method == "RetrievePropertiesEx");
        Assert.DoesNotContain("<all>true</all>", server.Requests.Single(request => request.Method == "RetrievePropertiesEx").Body);
    }

    [Fact]
    public async Task Some_vms_bring_their_host_and_its_other_vms()
    {
        (GpuInventory inventory, _) = await ReadAsync(InventoryScope.Vms([new ManagedObjectReference("VirtualMachine", "vm-1")]));

        Assert.Equal(["esx/01"], inventory.Hosts.Select(host => host.Name));
        Assert.Equal(["ml-01", "vdi-01"], inventory.Vms.Select(vm => vm.Name));
        Assert.Equal("GPU-80", inventory.Hosts[0].ClusterName);
    }

    [Fact]
    public async Task Some_hosts_bring_their_vms()
    {
        (GpuInventory inventory, _) = await ReadAsync(InventoryScope.Hosts([new ManagedObjectReference("HostSystem", "host-1")]));

        Assert.Equal(["esx/01"], inventory.Hosts.Select(host => host.Name));
        Assert.Equal(["ml-01", "vdi-01"], inventory.Vms.Select(vm => vm.Name));
    }

    [Theory]
    [InlineData("6.7.3", false, false)]
    [InlineData("7.0.0.0", true, false)]
    [InlineData("7.0.2.0", true, true)]
    public void An_old_server_is_not_asked_for_what_it_lacks(string version, bool rebind, bool label)
    {
        string[] paths = HostRecord.Paths(new ApiVersion(version));

        Assert.Equal(rebind, paths.Contains("capability.deviceRebindWithoutRebootSupported"));
        Assert.Equal(rebind, paths.Contains("config.assignableHardwareBinding"));
        Assert.Equal(label, paths.Contains("capability.assignHwPciConfigSupported"));
    }

    [Fact]
    public async Task Names_alone_are_a_small_read()
    {
        var server = new ScriptedVSphere();
        server.Answers["RetrievePropertiesEx"] = _ => $"<returnval>{Host}{Vm1}{Cluster}</returnval>";
        using VimSession session = await server.ConnectAsync();

        NameDirectory names = await InventoryReader.ReadNamesAsync(session, CancellationToken.None);

        Assert.Equal("esx/01", Assert.Single(names.Hosts).Name);
        Assert.Equal("ml-01", Assert.Single(names.Vms).Name);
        Assert.Equal("esx/01", Assert.Single(new NameMatcher([names]).HostsOfClusters("GPU-80")).Name);
        Assert.DoesNotContain("config", server.Requests.Single(request => request.Method == "RetrievePropertiesEx").Body);
    }
}
