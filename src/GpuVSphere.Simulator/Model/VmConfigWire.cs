using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A VM as the data objects of its properties: element order of types-core.txt.</summary>
internal static class VmConfigWire
{
    public static DataObject Config(VirtualMachine vm)
    {
        VmConfig config = vm.Config;
        EsxRelease release = vm.Host.Release;
        return Wire.Of("VirtualMachineConfigInfo")
            .With("changeVersion", vm.ChangeVersion)
            .With("modified", vm.Modified)
            .With("name", vm.Name)
            .With("guestFullName", GuestFullName(config.GuestId))
            .With("version", "vmx-" + config.HardwareVersion.ToString("00", System.Globalization.CultureInfo.InvariantCulture))
            .With("uuid", vm.BiosUuid.ToString())
            .With("createDate", release.Has("6.7") ? vm.CreateDate : null)
            .With("instanceUuid", vm.InstanceUuid.ToString())
            .With("template", config.IsTemplate)
            .With("guestId", config.GuestId)
            .With("alternateGuestName", string.Empty)
            .With("annotation", config.Annotation)
            .With("files", Wire.Of("VirtualMachineFileInfo")
                .With("vmPathName", vm.VmxPath)
                .With("snapshotDirectory", vm.FolderPath)
                .With("suspendDirectory", vm.FolderPath)
                .With("logDirectory", vm.FolderPath))
            .With("tools", Wire.Of("ToolsConfigInfo")
                .With("toolsVersion", vm.HasTools ? 12389 : 0)
                .With("afterPowerOn", true)
                .With("afterResume", true)
                .With("beforeGuestStandby", true)
                .With("beforeGuestShutdown", true)
                .With("toolsUpgradePolicy", "manual")
                .With("syncTimeWithHost", false))
            .With("flags", Wire.Of("VirtualMachineFlagInfo")
                .With("disableAcceleration", false)
                .With("enableLogging", true)
                .With("useToe", false)
                .With("runWithDebugInfo", false)
                .With("monitorType", "release")
                .With("htSharing", "any")
                .With("snapshotDisabled", false)
                .With("snapshotLocked", false)
                .With("diskUuidEnabled", false)
                .With("virtualMmuUsage", "automatic")
                .With("virtualExecUsage", "hvAuto")
                .With("snapshotPowerOffBehavior", "powerOff")
                .With("recordReplayEnabled", false))
            .With("defaultPowerOps", Wire.Of("VirtualMachineDefaultPowerOpInfo")
                .With("powerOffType", "soft")
                .With("suspendType", "hard")
                .With("resetType", "soft")
                .With("defaultPowerOffType", "soft")
                .With("defaultSuspendType", "hard")
                .With("defaultResetType", "soft")
                .With("standbyAction", "checkpoint"))
            .With("hardware", Hardware(vm))
            .With("cpuAllocation", Allocation(config.CpuReservationMhz, false, config.CpuLimitMhz, config.CpuSharesLevel, config.NumCpu * 1000))
            .With("memoryAllocation", Allocation(config.MemoryReservationMB, false, config.MemoryLimitMB, config.MemorySharesLevel, config.MemoryMB * 10))
            .With("latencySensitivity", Wire.Of("LatencySensitivity").With("level", config.LatencySensitivity))
            .With("memoryHotAddEnabled", config.MemoryHotAdd)
            .With("cpuHotAddEnabled", config.CpuHotAdd)
            .With("cpuHotRemoveEnabled", false)
            .With("extraConfig", Wire.List(config.ExtraConfig.Select(pair => Wire.Option(pair.Key, pair.Value))))
            .With("datastoreUrl", Wire.Of("VirtualMachineConfigInfoDatastoreUrlPair").With("name", vm.Datastore.Name).With("url", vm.Datastore.Url))
            .With("swapPlacement", "inherit")
            .With("bootOptions", Wire.Of("VirtualMachineBootOptions")
                .With("bootDelay", config.BootDelay)
                .With("enterBIOSSetup", config.EnterBiosSetup)
                .With("efiSecureBootEnabled", config.SecureBoot)
                .With("bootRetryEnabled", false)
                .With("bootRetryDelay", 10000L)
                .With("networkBootProtocol", "ipv4"))
            .With("vAssertsEnabled", false)
            .With("changeTrackingEnabled", false)
            .With("firmware", config.Firmware)
            .With("maxMksConnections", -1)
            .With("guestAutoLockEnabled", true)
            .With("memoryReservationLockedToMax", config.LockMemory)
            .With("nestedHVEnabled", false)
            .With("vPMCEnabled", false)
            .With("messageBusTunnelEnabled", false)
            .With("migrateEncryption", "opportunistic")
            .With("deviceGroups", config.DeviceGroups.Count == 0 ? null : Wire.Of("VirtualMachineVirtualDeviceGroups")
                .With("deviceGroup", Wire.List(config.DeviceGroups.Select(group => Wire.Of("VirtualMachineVirtualDeviceGroupsVendorDeviceGroup")
                    .With("groupInstanceKey", group.Key)
                    .With("deviceGroupName", group.Name)))))
            .With("fixedPassthruHotPlugEnabled", release.Has("8.0.1.0") ? false : null);
    }

    public static DataObject Runtime(VirtualMachine vm) => Wire.Of("VirtualMachineRuntimeInfo")
        .With("host", vm.Host.Reference)
        .With("connectionState", vm.Host.IsAvailable ? "connected" : "disconnected")
        .With("powerState", vm.PowerState)
        .With("faultToleranceState", "notConfigured")
        .With("toolsInstallerMounted", false)
        .With("suspendTime", vm.PowerState == "suspended" ? vm.SuspendTime : null)
        .With("bootTime", vm.PowerState == "poweredOn" ? vm.BootTime : null)
        .With("maxCpuUsage", vm.Config.NumCpu * HostSystem.CpuMhz)
        .With("maxMemoryUsage", vm.Config.MemoryMB)
        .With("numMksConnections", 0)
        .With("recordReplayState", "inactive")
        .With("onlineStandby", false)
        .With("consolidationNeeded", false);

    public static DataObject Summary(VirtualMachine vm)
    {
        VmConfig config = vm.Config;
        return Wire.Of("VirtualMachineSummary")
            .With("vm", vm.Reference)
            .With("runtime", Runtime(vm))
            .With("guest", GuestSummary(vm))
            .With("config", Wire.Of("VirtualMachineConfigSummary")
                .With("name", vm.Name)
                .With("template", config.IsTemplate)
                .With("vmPathName", vm.VmxPath)
                .With("memorySizeMB", config.MemoryMB)
                .With("cpuReservation", (int)config.CpuReservationMhz)
                .With("memoryReservation", (int)config.MemoryReservationMB)
                .With("numCpu", config.NumCpu)
                .With("numEthernetCards", config.Devices.Count(d => d.Template.TypeName is "VirtualVmxnet3" or "VirtualE1000"))
                .With("numVirtualDisks", config.Devices.Count(d => d.Template.TypeName == "VirtualDisk"))
                .With("uuid", vm.BiosUuid.ToString())
                .With("instanceUuid", vm.InstanceUuid.ToString())
                .With("guestId", config.GuestId)
                .With("guestFullName", GuestFullName(config.GuestId))
                .With("annotation", config.Annotation)
                .With("installBootRequired", false)
                .With("numVmiopBackings", vm.Host.Release.Has("6.7") ? config.Passthrough.Count(d => d.Kind == PassthroughKind.Vgpu) : null))
            .With("storage", Wire.Of("VirtualMachineStorageSummary")
                .With("committed", 12L * 1024 * 1024 * 1024)
                .With("uncommitted", 28L * 1024 * 1024 * 1024)
                .With("unshared", 12L * 1024 * 1024 * 1024)
                .With("timestamp", vm.Modified))
            .With("quickStats", Wire.Of("VirtualMachineQuickStats")
                .With("guestMemoryUsage", 0)
                .With("guestHeartbeatStatus", Heartbeat(vm))
                .With("uptimeSeconds", vm.UptimeSeconds))
            .With("overallStatus", "green");
    }

    public static DataObject Guest(VirtualMachine vm)
    {
        bool isRunning = vm.ToolsRun;
        return Wire.Of("GuestInfo")
            .With("toolsStatus", ToolsStatus(vm))
            .With("toolsVersionStatus", vm.HasTools ? "guestToolsCurrent" : "guestToolsNotInstalled")
            .With("toolsVersionStatus2", vm.HasTools ? "guestToolsCurrent" : "guestToolsNotInstalled")
            .With("toolsRunningStatus", isRunning ? "guestToolsRunning" : "guestToolsNotRunning")
            .With("toolsVersion", vm.HasTools ? "12389" : "0")
            .With("guestId", isRunning ? vm.Config.GuestId : null)
            .With("guestFamily", isRunning ? GuestFactory.IsWindows(vm.Config.GuestId) ? "windowsGuest" : "linuxGuest" : null)
            .With("guestFullName", isRunning ? GuestFullName(vm.Config.GuestId) : null)
            .With("hostName", isRunning ? vm.Name : null)
            .With("ipAddress", isRunning ? GuestFactory.AddressOf(vm) : null)
            .With("guestState", isRunning ? "running" : "notRunning")
            .With("guestOperationsReady", isRunning)
            .With("interactiveGuestOperationsReady", false)
            .With("guestStateChangeSupported", isRunning);
    }

    public static DataObject Allocation(long reservation, bool expandable, long limit, string level, int shares) => Wire.Of("ResourceAllocationInfo")
        .With("reservation", reservation)
        .With("expandableReservation", expandable)
        .With("limit", limit)
        .With("shares", Wire.Of("SharesInfo").With("shares", level switch { "low" => shares / 2, "high" => shares * 2, _ => shares }).With("level", level));

    public static DataObject? Snapshots(VirtualMachine vm)
    {
        if (vm.Snapshots.Count == 0)
        {
            return null;
        }

        // Snapshots are taken one after the other: each is the child of the one before.
        DataObject? tree = null;
        foreach (VirtualMachineSnapshot snapshot in vm.Snapshots.Reverse())
        {
            tree = Wire.Of("VirtualMachineSnapshotTree")
                .With("snapshot", snapshot.Reference)
                .With("vm", vm.Reference)
                .With("name", snapshot.Name)
                .With("description", snapshot.Description)
                .With("id", snapshot.Id)
                .With("createTime", snapshot.CreateTime)
                .With("state", snapshot.PowerState)
                .With("quiesced", false)
                .With("childSnapshotList", tree)
                .With("replaySupported", false);
        }

        return Wire.Of("VirtualMachineSnapshotInfo").With("currentSnapshot", vm.Snapshots[vm.Snapshots.Count - 1].Reference).With("rootSnapshotList", tree);
    }

    public static DataObject Layout(VirtualMachine vm)
    {
        int key = 0;
        List<object> files = Wire.List(vm.Datastore.FilesIn(vm.DirectoryName).Select(file => Wire.Of("VirtualMachineFileLayoutExFileInfo")
            .With("key", key++)
            .With("name", "[" + vm.Datastore.Name + "] " + file.Path)
            .With("type", FileType(file.Path))
            .With("size", file.Size)
            .With("uniqueSize", file.Size)
            .With("accessible", true)));
        return Wire.Of("VirtualMachineFileLayoutEx").With("file", files).With("timestamp", vm.Modified);
    }

    public static DataObject Capability() => Wire.Of("VirtualMachineCapability")
        .With("snapshotOperationsSupported", true)
        .With("multipleSnapshotsSupported", true)
        .With("snapshotConfigSupported", true)
        .With("poweredOffSnapshotsSupported", true)
        .With("memorySnapshotsSupported", true)
        .With("revertToSnapshotSupported", true)
        .With("quiescedSnapshotsSupported", true)
        .With("disableSnapshotsSupported", false)
        .With("lockSnapshotsSupported", false)
        .With("consolePreferencesSupported", false)
        .With("cpuFeatureMaskSupported", true)
        .With("s1AcpiManagementSupported", true)
        .With("settingScreenResolutionSupported", false)
        .With("toolsAutoUpdateSupported", false)
        .With("vmNpivWwnSupported", true)
        .With("npivWwnOnNonRdmVmSupported", true)
        .With("swapPlacementSupported", true)
        .With("toolsSyncTimeSupported", true)
        .With("virtualMmuUsageSupported", true)
        .With("diskSharesSupported", true)
        .With("bootOptionsSupported", true)
        .With("bootRetryOptionsSupported", true)
        .With("settingVideoRamSizeSupported", true);

    public static string Heartbeat(VirtualMachine vm) => vm.ToolsRun ? "green" : "gray";

    private static DataObject Hardware(VirtualMachine vm)
    {
        VmConfig config = vm.Config;
        return Wire.Of("VirtualHardware")
            .With("numCPU", config.NumCpu)
            .With("numCoresPerSocket", config.CoresPerSocket)
            .With("memoryMB", config.MemoryMB)
            .With("virtualICH7MPresent", false)
            .With("virtualSMCPresent", false)
            .With("device", Wire.List(config.Devices.Select(device => Device(vm, device))));
    }

    private static DataObject Device(VirtualMachine vm, VmDevice device)
    {
        if (device is VmPassthroughDevice passthrough)
        {
            int number = vm.Config.Passthrough.ToList().IndexOf(passthrough);
            return Wire.Of("VirtualPCIPassthrough")
                .With("key", device.Key)
                .With("deviceInfo", Wire.Description("PCI device " + number, passthrough.Kind == PassthroughKind.Vgpu ? "NVIDIA GRID vGPU " + passthrough.Vgpu : passthrough.DeviceName))
                .With("backing", passthrough.Backing(vm.Host.Release))
                .With("controllerKey", device.ControllerKey)
                .With("unitNumber", device.UnitNumber)
                .With("deviceGroupInfo", passthrough.GroupKey is { } key
                    ? Wire.Of("VirtualDeviceDeviceGroupInfo").With("groupInstanceKey", key).With("sequenceId", passthrough.GroupSequence)
                    : null);
        }

        // The template has everything but what the server decides; a controller also lists what hangs on it.
        DataObject wire = Wire.Of(device.Template.TypeName).With("key", device.Key);
        bool placed = false;
        foreach (KeyValuePair<string, object?> field in device.Template.Fields)
        {
            if (field.Key is "key" or "controllerKey" or "unitNumber" or "device")
            {
                continue;
            }

            if (!placed && field.Key is not ("deviceInfo" or "backing" or "connectable" or "slotInfo"))
            {
                Place();
            }

            wire.With(field.Key, field.Value);
            if (field.Key == "busNumber")
            {
                wire.With("device", Wire.List(vm.Config.Devices.Where(d => d.ControllerKey == device.Key).Select(d => (object)d.Key)));
            }
        }

        if (!placed)
        {
            Place();
        }

        return wire;

        void Place()
        {
            placed = true;
            wire.With("controllerKey", device.ControllerKey).With("unitNumber", device.UnitNumber);
        }
    }

    private static DataObject GuestSummary(VirtualMachine vm) => Wire.Of("VirtualMachineGuestSummary")
        .With("guestId", vm.ToolsRun ? vm.Config.GuestId : null)
        .With("guestFullName", vm.ToolsRun ? GuestFullName(vm.Config.GuestId) : null)
        .With("toolsStatus", ToolsStatus(vm))
        .With("toolsVersionStatus", vm.HasTools ? "guestToolsCurrent" : "guestToolsNotInstalled")
        .With("toolsVersionStatus2", vm.HasTools ? "guestToolsCurrent" : "guestToolsNotInstalled")
        .With("toolsRunningStatus", vm.ToolsRun ? "guestToolsRunning" : "guestToolsNotRunning")
        .With("hostName", vm.ToolsRun ? vm.Name : null);

    private static string ToolsStatus(VirtualMachine vm) => !vm.HasTools ? "toolsNotInstalled" : vm.ToolsRun ? "toolsOk" : "toolsNotRunning";

    private static string GuestFullName(string guestId) => guestId switch
    {
        "ubuntu64Guest" => "Ubuntu Linux (64-bit)",
        "rhel8_64Guest" => "Red Hat Enterprise Linux 8 (64-bit)",
        "rhel7_64Guest" => "Red Hat Enterprise Linux 7 (64-bit)",
        "centos7_64Guest" => "CentOS 7 (64-bit)",
        "windows2019srv_64Guest" => "Microsoft Windows Server 2019 (64-bit)",
        _ => guestId,
    };

    private static string FileType(string path) =>
        path.EndsWith(".vmx", StringComparison.Ordinal) ? "config"
        : path.EndsWith(".log", StringComparison.Ordinal) ? "log"
        : path.EndsWith(".nvram", StringComparison.Ordinal) ? "nvram"
        : path.EndsWith("-flat.vmdk", StringComparison.Ordinal) ? "diskExtent"
        : path.EndsWith(".vmdk", StringComparison.Ordinal) ? "diskDescriptor"
        : path.EndsWith(".vmsn", StringComparison.Ordinal) ? "snapshotData"
        : path.EndsWith(".vmss", StringComparison.Ordinal) ? "suspend"
        : "swap";
}
