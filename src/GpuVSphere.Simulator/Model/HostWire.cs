using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A host as the data objects of its properties: element order of types-core.txt and types-gpu.txt, fields only as its release has them.</summary>
internal static class HostWire
{
    public static DataObject Runtime(HostSystem host) => Wire.Of("HostRuntimeInfo")
        .With("connectionState", host.ConnectionState)
        .With("powerState", host.ConnectionState == "connected" ? "poweredOn" : "unknown")
        .With("standbyMode", "none")
        .With("inMaintenanceMode", host.IsInMaintenance)
        .With("inQuarantineMode", false)
        .With("bootTime", host.WasConnected ? host.BootTime : null)
        .With("hostMaxVirtualDiskCapacity", 68169720922112L)
        .With("cryptoState", "incapable");

    public static DataObject Summary(HostSystem host) => Wire.Of("HostListSummary")
        .With("host", host.Reference)
        .With("hardware", host.WasConnected ? HardwareSummary(host) : null)
        .With("runtime", Runtime(host))
        .With("config", Wire.Of("HostConfigSummary")
            .With("name", host.Name)
            .With("port", 443)
            .With("product", host.WasConnected ? Product(host) : null)
            .With("vmotionEnabled", true)
            .With("faultToleranceEnabled", false))
        .With("quickStats", Wire.Of("HostListSummaryQuickStats")
            .With("overallCpuUsage", 420)
            .With("overallMemoryUsage", 8192)
            .With("uptime", host.WasConnected ? host.UptimeSeconds : null))
        .With("overallStatus", host.ConnectionState == "notResponding" ? "red" : "green")
        .With("rebootRequired", host.IsRebootRequired);

    public static DataObject Product(HostSystem host) => Wire.Of("AboutInfo")
        .With("name", "VMware ESXi")
        .With("fullName", host.Release.FullName)
        .With("vendor", "VMware, Inc.")
        .With("version", host.Release.Version)
        .With("build", host.Release.Build)
        .With("localeVersion", "INTL")
        .With("localeBuild", "000")
        .With("osType", "vmnix-x86")
        .With("productLineId", "embeddedEsx")
        .With("apiType", "HostAgent")
        .With("apiVersion", host.Release.ApiVersion)
        .With("licenseProductName", "VMware ESX Server")
        .With("licenseProductVersion", host.Release.Version.Substring(0, 3));

    public static DataObject Hardware(HostSystem host) => Wire.Of("HostHardwareInfo")
        .With("systemInfo", Wire.Of("HostSystemInfo")
            .With("vendor", host.Vendor)
            .With("model", host.Model)
            .With("uuid", StableGuid.From("bios:" + host.Name).ToString())
            .With("serialNumber", host.Release.Has("6.7") ? "SIM" + host.SystemId.Substring(0, 6).ToUpperInvariant() : null))
        .With("cpuInfo", Wire.Of("HostCpuInfo")
            .With("numCpuPackages", (short)2)
            .With("numCpuCores", (short)HostSystem.CpuCores)
            .With("numCpuThreads", (short)(HostSystem.CpuCores * 2))
            .With("hz", HostSystem.CpuMhz * 1_000_000L))
        .With("cpuPkg", Wire.List([CpuPackage(0), CpuPackage(1)]))
        .With("memorySize", host.MemoryBytes)
        .With("smcPresent", false)
        .With("pciDevice", Wire.List(host.Functions.Select(function => PciDevice(host, function))))
        .With("biosInfo", Wire.Of("HostBIOSInfo").With("biosVersion", "2.19.1"));

    public static DataObject PciDevice(HostSystem host, PciFunction function) => Wire.Of("HostPciDevice")
        .With("id", function.Id.ToString())
        .With("classId", Wire.Signed(function.Card.ClassId))
        .With("bus", Wire.Signed(function.Id.Bus))
        .With("slot", Wire.Signed(function.Id.Slot))
        .With("physicalSlot", host.Release.Has("9.0.0.0") ? (function.Card.IsGpu ? function.Id.Bus / 16 : -1) : null)
        .With("slotDescription", host.Release.Has("9.0.0.0") ? (function.Card.IsGpu ? "PCIe Slot " + (function.Id.Bus / 16) : string.Empty) : null)
        .With("function", Wire.Signed(function.Id.Function))
        .With("vendorId", Wire.Signed(function.Card.VendorId))
        .With("subVendorId", Wire.Signed(function.Card.SubVendorId))
        .With("vendorName", function.Card.VendorName)
        .With("deviceId", Wire.Signed(function.Card.DeviceId))
        .With("subDeviceId", Wire.Signed(function.Card.SubDeviceId))
        .With("parentBridge", function.ParentBridge)
        .With("deviceName", function.Card.Name)
        .With("deviceClassName", host.Release.Has("8.0.3.0") ? function.Card.ClassName : null);

    public static List<object> PassthruInfo(HostSystem host) => Wire.List(host.Functions.Select(function =>
    {
        DataObject info = Wire.Of(function.Card.MaxVirtualFunctions > 0 ? "HostSriovInfo" : "HostPciPassthruInfo")
            .With("id", function.Id.ToString())
            .With("dependentDevice", function.DependentDevice.ToString())
            .With("passthruEnabled", function.IsEnabled)
            .With("passthruCapable", function.IsCapable)
            .With("passthruActive", function.IsActive)
            .With("hardwareLabel", host.Release.Has("7.0.2.0") ? function.Label : null);
        return function.Card.MaxVirtualFunctions == 0 ? info : info
            .With("sriovEnabled", false)
            .With("sriovCapable", host.IsSriovOn)
            .With("sriovActive", false)
            .With("numVirtualFunctionRequested", 0)
            .With("numVirtualFunction", 0)
            .With("maxVirtualFunctionSupported", host.IsSriovOn ? function.Card.MaxVirtualFunctions : 0);
    }));

    public static List<object> GraphicsInfo(HostSystem host) => Wire.List(host.Graphics.Devices.Select(function => Wire.Of("HostGraphicsInfo")
        .With("deviceName", function.Card.Name)
        .With("vendorName", function.Card.VendorName)
        .With("pciId", function.Id.ToString())
        .With("graphicsType", host.Graphics.Type(function))
        .With("vgpuMode", host.Release.Has("8.0.3.0") ? VgpuOffers.ModeOf(host, function) : null)
        .With("memorySizeInKB", host.HasGpuDriver && !function.IsActive ? function.Card.FrameBufferMB * 1024L : 0L)
        .With("vm", Users(host, function))));

    public static DataObject GraphicsConfig(HostSystem host) => Wire.Of("HostGraphicsConfig")
        .With("hostDefaultGraphicsType", host.Graphics.DefaultType)
        .With("sharedPassthruAssignmentPolicy", host.Graphics.Policy)
        .With("deviceType", Wire.List(host.Graphics.Configurable.Select(function => Wire.Of("HostGraphicsConfigDeviceType")
            .With("deviceId", function.Id.ToString())
            .With("graphicsType", host.Graphics.ConfiguredType(function))
            .With("vgpuMode", host.Release.Has("8.0.3.0") ? function.VgpuMode : null))));

    public static List<object> AssignableBindings(HostSystem host) => Wire.List(
        from function in host.Functions
        let holder = host.HolderOf(function)
        where holder is not null
        select Wire.Of("HostAssignableHardwareBinding").With("instanceId", "pciDevice:" + function.Id).With("vm", holder.Reference));

    public static DataObject Services(HostSystem host) => Wire.Of("HostServiceInfo").With("service", Wire.List(host.Services.Select(service => Wire.Of("HostService")
        .With("key", service.Key)
        .With("label", service.Label)
        .With("required", false)
        .With("uninstallable", false)
        .With("running", service.IsRunning)
        .With("policy", service.Policy)
        .With("sourcePackage", Wire.Of("HostServiceSourcePackage")
            .With("sourcePackageName", service.Package ?? "esx-base")
            .With("description", "This VIB contains all of the base functionality of vSphere ESXi.")))));

    public static DataObject Config(HostSystem host)
    {
        bool isAssignable = host.Release.Has("7.0.0.0");
        return Wire.Of("HostConfigInfo")
            .With("host", host.Reference)
            .With("product", Product(host))
            .With("hyperThread", Wire.Of("HostHyperThreadScheduleInfo").With("available", true).With("active", true).With("config", true))
            .With("service", Services(host))
            .With("option", Wire.List([Wire.Option("UserVars.SuppressShellWarning", 0L)]))
            .With("flags", Wire.Of("HostFlagInfo").With("backgroundSnapshotsEnabled", false))
            .With("adminDisabled", false)
            .With("lockdownMode", "lockdownDisabled")
            .With("certificate", host.Certificate?.Select(b => (object)unchecked((sbyte)b)).ToList())
            .With("pciPassthruInfo", PassthruInfo(host))
            .With("graphicsInfo", GraphicsInfo(host))
            .With("sharedPassthruGpuTypes", VgpuWire.Types(host))
            .With("graphicsConfig", GraphicsConfig(host))
            .With("sharedGpuCapabilities", VgpuWire.Capabilities(host))
            .With("assignableHardwareBinding", isAssignable ? AssignableBindings(host) : null)
            .With("assignableHardwareConfig", isAssignable ? Wire.Of("HostAssignableHardwareConfig") : null);
    }

    public static DataObject ConfigManager(HostSystem host) => Wire.Of("HostConfigManager")
        .With("serviceSystem", host.ServiceSystem.Reference)
        .With("imageConfigManager", host.ImageConfig.Reference)
        .With("pciPassthruSystem", host.PassthruSystem.Reference)
        .With("graphicsManager", host.GraphicsManager.Reference)
        .With("assignableHardwareManager", host.AssignableHardware?.Reference);

    public static DataObject Capability(HostSystem host)
    {
        EsxRelease release = host.Release;
        return Wire.Of("HostCapability")
            .With("recursiveResourcePoolsSupported", true)
            .With("cpuMemoryResourceConfigurationSupported", true)
            .With("rebootSupported", host.CanReboot)
            .With("shutdownSupported", true)
            .With("vmotionSupported", true)
            .With("standbySupported", false)
            .With("ipmiSupported", true)
            .With("maxSupportedVMs", 1024)
            .With("maxRunningVMs", 1024)
            .With("maxSupportedVcpus", release.Has("7.0.1.0") ? 768 : 256)
            .With("datastorePrincipalSupported", false)
            .With("sanSupported", true)
            .With("nfsSupported", true)
            .With("iscsiSupported", true)
            .With("vlanTaggingSupported", true)
            .With("nicTeamingSupported", true)
            .With("highGuestMemSupported", true)
            .With("maintenanceModeSupported", true)
            .With("suspendedRelocateSupported", true)
            .With("restrictedSnapshotRelocateSupported", true)
            .With("perVmSwapFiles", true)
            .With("localSwapDatastoreSupported", true)
            .With("unsharedSwapVMotionSupported", true)
            .With("backgroundSnapshotsSupported", false)
            .With("preAssignedPCIUnitNumbersSupported", true)
            .With("screenshotSupported", true)
            .With("scaledScreenshotSupported", true)
            .With("storageVMotionSupported", true)
            .With("vmotionWithStorageVMotionSupported", true)
            .With("vmotionAcrossNetworkSupported", true)
            .With("hbrNicSelectionSupported", true)
            .With("vrNfcNicSelectionSupported", true)
            .With("recordReplaySupported", true)
            .With("ftSupported", true)
            .With("smpFtSupported", true)
            .With("cloneFromSnapshotSupported", true)
            .With("deltaDiskBackingsSupported", true)
            .With("perVMNetworkTrafficShapingSupported", false)
            .With("tpmSupported", false)
            .With("virtualExecUsageSupported", true)
            .With("storageIORMSupported", true)
            .With("vmDirectPathGen2Supported", false)
            .With("vStorageCapable", true)
            .With("snapshotRelayoutSupported", true)
            .With("vmfsDatastoreMountCapable", true)
            .With("eightPlusHostVmfsSharedAccessSupported", true)
            .With("nestedHVSupported", true)
            .With("vPMCSupported", true)
            .With("interVMCommunicationThroughVMCISupported", false)
            .With("featureCapabilitiesSupported", true)
            .With("latencySensitivitySupported", true)
            .With("accel3dSupported", true)
            .With("vsanSupported", true)
            .With("provisioningNicSelectionSupported", true)
            .With("assignableHardwareSupported", release.Has("7.0.0.0") ? true : null)
            .With("deviceRebindWithoutRebootSupported", release.Has("7.0.0.0") ? host.CanRebindWithoutReboot : null)
            .With("assignHwPciConfigSupported", release.Has("7.0.2.0") ? true : null)
            .With("fptHotplugSupported", release.Has("8.0.1.0") ? false : null);
    }

    private static List<object> Users(HostSystem host, PciFunction function)
    {
        List<object> users = Wire.References(host.VgpuUsersOf(function));
        if (host.HolderOf(function) is { } holder)
        {
            users.Add(holder.Reference);
        }

        return users;
    }

    private static DataObject HardwareSummary(HostSystem host) => Wire.Of("HostHardwareSummary")
        .With("vendor", host.Vendor)
        .With("model", host.Model)
        .With("uuid", StableGuid.From("bios:" + host.Name).ToString())
        .With("memorySize", host.MemoryBytes)
        .With("cpuModel", "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz")
        .With("cpuMhz", HostSystem.CpuMhz)
        .With("numCpuPkgs", (short)2)
        .With("numCpuCores", (short)HostSystem.CpuCores)
        .With("numCpuThreads", (short)(HostSystem.CpuCores * 2))
        .With("numNics", 2)
        .With("numHBAs", 1);

    private static DataObject CpuPackage(int index) => Wire.Of("HostCpuPackage")
        .With("index", (short)index)
        .With("vendor", "intel")
        .With("hz", HostSystem.CpuMhz * 1_000_000L)
        .With("busHz", 100_000_000L)
        .With("description", "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz")
        .With("threadId", Wire.List([(short)index]));
}
