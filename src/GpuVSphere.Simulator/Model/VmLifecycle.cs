using System;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>What happens to a whole VM: snapshots, templates, hardware upgrade, clone, move, removal.</summary>
internal sealed class VmLifecycle(VirtualMachine vm, SimulatedInventory inventory)
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(2);

    private Refusals Refusals => inventory.Refusals;

    private bool IsRunning => vm.PowerState == "poweredOn";

    public static bool Handles(string method) => method is "CreateSnapshot_Task" or "RemoveAllSnapshots_Task" or "MarkAsTemplate" or "MarkAsVirtualMachine"
        or "UpgradeVM_Task" or "CloneVM_Task" or "Destroy_Task" or "UnregisterVM" or "RelocateVM_Task" or "MigrateVM_Task";

    public object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "CreateSnapshot_Task":
                string snapshotName = call.Arguments.RequiredText("name");
                string description = call.Arguments.Text("description") ?? string.Empty;
                bool withMemory = call.Arguments.Boolean("memory") ?? false;
                return vm.StartExclusive(call.Session, "VirtualMachine.createSnapshot", s_short, () => CreateSnapshot(snapshotName, description, withMemory));
            case "RemoveAllSnapshots_Task":
                return vm.StartExclusive(call.Session, "VirtualMachine.removeAllSnapshots", s_short, RemoveAllSnapshots);
            case "MarkAsTemplate":
                MarkAsTemplate();
                return null;
            case "MarkAsVirtualMachine":
                MarkAsVirtualMachine(call);
                return null;
            case "UpgradeVM_Task":
                string? version = call.Arguments.Text("version");
                return vm.StartExclusive(call.Session, "VirtualMachine.upgradeVirtualHardware", s_short, () => Upgrade(version));
            case "CloneVM_Task":
                return Clone(call);
            case "Destroy_Task":
                Privileges.Require(call.Session, vm.Reference, "VirtualMachine.Inventory.Delete");
                return vm.StartExclusive(call.Session, "VirtualMachine.destroy", s_short, () => Remove(true));
            case "UnregisterVM":
                Remove(false);
                return null;
            default:
                return Move(call);
        }
    }

    private object? CreateSnapshot(string name, string description, bool withMemory)
    {
        vm.Host.RequireConnected();
        if (vm.Config.IsTemplate)
        {
            throw Faults.NotSupported("A template has no snapshots.", "types-more.txt: CreateSnapshot_Task");
        }

        if (IsRunning && vm.Config.DirectPath.Any() && Refusals.Has(Refusal.SnapshotWithPassthrough))
        {
            throw new SimulatedFault("SnapshotFault", "An error occurred while taking a snapshot: the running virtual machine has a PCI passthrough device.", "vim25-gpu.md 3.5: no snapshots of a running VM with DirectPath");
        }

        bool canSnapshot = withMemory ? VgpuWire.CanSnapshotMemory(vm.Host) : VgpuWire.CanSnapshotDisks(vm.Host);
        if (IsRunning && vm.Config.Passthrough.Any(device => device.Kind == PassthroughKind.Vgpu) && !canSnapshot && Refusals.Has(Refusal.VgpuSnapshotNotSupported))
        {
            throw new SimulatedFault("SnapshotFault", "An error occurred while taking a snapshot: the vGPU of the running virtual machine does not support it.", "types-gpu.txt: HostSharedGpuCapabilities, diskSnapshotSupported and memorySnapshotSupported");
        }

        int id = vm.Snapshots.Count == 0 ? 1 : vm.Snapshots.Max(s => s.Id) + 1;
        VirtualMachineSnapshot snapshot = new(inventory.NewReference("VirtualMachineSnapshot", "snapshot-"), inventory, vm, name, description, id);
        vm.AddSnapshot(snapshot);
        return snapshot.Reference;
    }

    private object? RemoveAllSnapshots()
    {
        vm.Host.RequireConnected();
        foreach (VirtualMachineSnapshot snapshot in vm.Snapshots.ToList())
        {
            vm.RemoveSnapshot(snapshot);
        }

        return null;
    }

    private void MarkAsTemplate()
    {
        if (vm.PowerState != "poweredOff" && Refusals.Has(Refusal.TemplateFromRunningVm))
        {
            throw Faults.InvalidPowerState("poweredOff", vm.PowerState, "types-more.txt: MarkAsTemplate, InvalidPowerState");
        }

        VmConfig config = vm.Config.Copy();
        config.IsTemplate = true;
        vm.Apply(config);
        inventory.Changed(vm, "resourcePool");
    }

    private void MarkAsVirtualMachine(MethodCall call)
    {
        if (!vm.Config.IsTemplate)
        {
            throw Faults.InvalidState("The operation is not allowed in the current state: " + vm.Name + " is no template.", "types-more.txt: MarkAsVirtualMachine, InvalidState");
        }

        if (call.Arguments.Reference("host") is { } host)
        {
            vm.MoveTo(inventory.Require<HostSystem>(host));
        }

        VmConfig config = vm.Config.Copy();
        config.IsTemplate = false;
        vm.Apply(config);
        inventory.Changed(vm, "resourcePool");
    }

    private object? Upgrade(string? version)
    {
        vm.Host.RequireConnected();
        if (vm.PowerState != "poweredOff" && Refusals.Has(Refusal.UpgradeRunningVm))
        {
            throw Faults.InvalidPowerState("poweredOff", vm.PowerState, "types-core.txt: UpgradeVM_Task, InvalidState");
        }

        int target = version is null ? vm.Host.Release.MaxHardwareVersion : VmReconfigure.HardwareVersion(version, vm.Host);
        if (target <= vm.Config.HardwareVersion && Refusals.Has(Refusal.AlreadyUpgraded))
        {
            throw new SimulatedFault("AlreadyUpgraded", "The virtual machine has been upgraded already.", "types-core.txt: UpgradeVM_Task, AlreadyUpgraded");
        }

        VmConfig config = vm.Config.Copy();
        config.HardwareVersion = target;
        vm.Apply(config);
        return null;
    }

    private MoRef Clone(MethodCall call)
    {
        string name = call.Arguments.RequiredText("name");
        DataObject spec = call.Arguments.Object("spec") ?? new DataObject(string.Empty);
        DataObject location = spec.Object("location") ?? new DataObject(string.Empty);
        Folder folder = inventory.Require<Folder>(call.Arguments.RequiredReference("folder"));
        HostSystem host = location.Reference("host") is { } reference ? inventory.Require<HostSystem>(reference) : vm.Host;
        bool isTemplate = spec.Boolean("template") ?? false;
        bool powerOn = spec.Boolean("powerOn") ?? false;
        Privileges.Require(call.Session, folder.Reference, "VirtualMachine.Inventory.CreateFromExisting");
        Privileges.Require(call.Session, vm.Reference, vm.Config.IsTemplate && !isTemplate ? "VirtualMachine.Provisioning.DeployTemplate" : "VirtualMachine.Provisioning.Clone");

        return vm.StartExclusive(call.Session, "VirtualMachine.clone", TimeSpan.FromSeconds(20), () =>
        {
            host.RequireConnected();
            RequireHardwareOn(host);
            if (Refusals.Has(Refusal.DuplicateName) && folder.Children.FirstOrDefault(c => c.Name == name) is { } other)
            {
                throw Faults.DuplicateName(name, other.Reference);
            }

            VmConfig config = vm.Config.Copy();
            config.IsTemplate = isTemplate;
            foreach (VmPassthroughDevice device in config.Passthrough)
            {
                device.AssignedFunction = null;
                device.Seat = null;
            }

            VirtualMachine clone = new(inventory.NewReference("VirtualMachine", "vm-"), inventory, name, host, vm.Datastore, config) { HasTools = vm.HasTools };
            VmFiles.Create(clone);
            inventory.Add(clone.Browser);
            inventory.Add(clone);
            folder.Add(clone);
            if (powerOn)
            {
                clone.Power.StartPowerOn(call.Session, null);
            }

            return clone.Reference;
        });
    }

    private object? Remove(bool deleteFiles)
    {
        if (IsRunning && Refusals.Has(Refusal.DestroyRunningVm))
        {
            throw Faults.InvalidPowerState("poweredOff", vm.PowerState, "types-core.txt: UnregisterVM, InvalidPowerState");
        }

        (vm.Parent as Folder)?.Remove(vm);
        vm.Host.Unregister(vm);
        foreach (VirtualMachineSnapshot snapshot in vm.Snapshots.ToList())
        {
            vm.RemoveSnapshot(snapshot);
        }

        if (deleteFiles)
        {
            foreach (DatastoreFile file in vm.Datastore.FilesIn(vm.DirectoryName).ToList())
            {
                vm.Datastore.Delete(file.Path);
            }
        }

        inventory.Remove(vm.Browser);
        inventory.Remove(vm);
        return null;
    }

    private void RequireHardwareOn(HostSystem host)
    {
        if (vm.Config.HardwareVersion > host.Release.MaxHardwareVersion && Refusals.Has(Refusal.HardwareTooNew))
        {
            throw VmReconfigure.HardwareNotSupported(vm.Config.HardwareVersion, host);
        }
    }

    private MoRef Move(MethodCall call)
    {
        MoRef? target = call.Method == "RelocateVM_Task" ? call.Arguments.Object("spec")?.Reference("host") : call.Arguments.Reference("host");
        Privileges.Require(call.Session, vm.Reference, IsRunning ? "Resource.HotMigrate" : "Resource.ColdMigrate");
        return vm.StartExclusive(call.Session, call.Method == "RelocateVM_Task" ? "VirtualMachine.relocate" : "VirtualMachine.migrate", TimeSpan.FromSeconds(10), () =>
        {
            vm.Host.RequireConnected();
            if (target is not { } reference)
            {
                return null;
            }

            HostSystem host = inventory.Require<HostSystem>(reference);
            host.RequireConnected();
            if (IsRunning && vm.Config.DirectPath.FirstOrDefault() is { } device && Refusals.Has(Refusal.MigrationWithPassthrough))
            {
                string label = "PCI device " + vm.Config.Passthrough.ToList().IndexOf(device).ToString(CultureInfo.InvariantCulture);
                SimulatedFault fault = new("DisallowedMigrationDeviceAttached", "Cannot migrate " + vm.Name + " while it runs: a device is attached that prevents the migration: '" + label + "'.", "vim25-gpu.md 3.5: no vMotion with static or dynamic DirectPath");
                fault.Detail.With("fault", Wire.Of("LocalizedMethodFault")
                    .With("fault", Wire.Of("DeviceNotSupported").With("device", label))
                    .With("localizedMessage", "Device '" + label + "' is not supported for a migration."));
                throw fault;
            }

            if (host.IsInMaintenance && Refusals.Has(Refusal.HostInMaintenance))
            {
                throw Faults.InvalidState("The operation is not allowed in the current state: " + host.Name + " is in maintenance mode.", "types-core.txt: RelocateVM_Task, InvalidState");
            }

            RequireHardwareOn(host);
            if (host != vm.Host && IsRunning)
            {
                MoveRunning(host);
            }
            else
            {
                vm.MoveTo(host);
            }

            return null;
        });
    }

    /// <summary>Whether DRS can move the running VM to a host now.</summary>
    public bool CanMoveTo(HostSystem host)
    {
        long reserved = host.Vms.Where(other => other.PowerState == "poweredOn").Sum(other => other.Config.MemoryReservationMB);
        if (!host.IsAvailable || host.IsInMaintenance || host.IsEnteringMaintenance || reserved + vm.Config.MemoryReservationMB > host.MemoryBytes / (1024 * 1024)
            || vm.Config.HardwareVersion > host.Release.MaxHardwareVersion)
        {
            return false;
        }

        if (vm.Config.Passthrough.All(device => device.Kind != PassthroughKind.Vgpu))
        {
            return true;
        }

        VgpuPlacement placement = new(host, vm);
        return inventory.Settings is { IsHotMigrateOn: true } && VgpuWire.CanMigrate(vm.Host) && VgpuWire.CanMigrate(host) && placement.TryPlace(vm.Config)
            && placement.Found.All(seat => seat.Key.VgpuFunction is not { } now || now.Gpu.IsEccOn == seat.Value.Function.Gpu.IsEccOn);
    }

    /// <summary>Moves the running VM to a host that <see cref="CanMoveTo"/> was true for.</summary>
    public void MoveRunning(HostSystem host)
    {
        if (vm.Config.Passthrough.Any(device => device.Kind == PassthroughKind.Vgpu))
        {
            MoveVgpus(host);
        }
        else
        {
            vm.MoveTo(host);
        }
    }

    private void MoveVgpus(HostSystem host)
    {
        bool isAllowed = inventory.Settings is { IsHotMigrateOn: true } && VgpuWire.CanMigrate(vm.Host) && VgpuWire.CanMigrate(host);
        if (!isAllowed && Refusals.Has(Refusal.VgpuMigrationNotSupported))
        {
            throw new SimulatedFault("MigrationFeatureNotSupported", "Cannot migrate " + vm.Name + " while it runs: its vGPU does not support it, or vgpu.hotmigrate.enabled is not set.", "vim25-gpu.md 3.4: vgpu.hotmigrate.enabled; HostSharedGpuCapabilities.migrateSupported");
        }

        VgpuPlacement placement = new(host, vm);
        if (!placement.TryPlace(vm.Config) && Refusals.Has(Refusal.NoVgpuResources))
        {
            throw new SimulatedFault("InsufficientGraphicsResourcesFault", "The amount of graphics resource available in the parent resource pool is insufficient for the operation.", "samples/poweron-fault-vgpu-insufficient-graphics.txt");
        }

        bool hasOtherEcc = placement.Found.Any(seat => seat.Key.VgpuFunction is { } now && now.Gpu.IsEccOn != seat.Value.Function.Gpu.IsEccOn);
        if (hasOtherEcc && Refusals.Has(Refusal.VgpuMigrationOtherEcc))
        {
            throw new SimulatedFault("MigrationFeatureNotSupported", "Cannot migrate " + vm.Name + " while it runs: ECC of the GPU at the destination is not as at the source.", "features-and-pains.md 3: the same ECC at the target of a vGPU vMotion");
        }

        HostSystem from = vm.Host;
        VgpuSeats.Release(vm);
        vm.MoveTo(host);
        VgpuSeats.Take(placement.Found);
        from.DevicesChanged();
        host.DevicesChanged();
    }
}
