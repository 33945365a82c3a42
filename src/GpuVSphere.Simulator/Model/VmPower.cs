using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The power of a VM.</summary>
internal sealed class VmPower(VirtualMachine vm, SimulatedInventory inventory)
{
    private static readonly TimeSpan s_switch = TimeSpan.FromSeconds(2);

    private Refusals Refusals => inventory.Refusals;

    public MoRef StartPowerOn(SimulatedSession? session, MoRef? hostReference) =>
        vm.StartExclusive(session, "VirtualMachine.powerOn", s_switch, () =>
        {
            if (hostReference is { } reference)
            {
                PlaceOn(inventory.Require<HostSystem>(reference));
            }

            new VmPowerOn(vm, inventory).Run();
            return null;
        });

    public MoRef StartPowerOff(SimulatedSession? session) => vm.StartExclusive(session, "VirtualMachine.powerOff", s_switch, () =>
    {
        vm.Host.RequireConnected();
        if (vm.PowerState == "poweredOff" && Refusals.Has(Refusal.NotPoweredOn))
        {
            throw Faults.InvalidPowerState("poweredOff", vm.PowerState, "types-core.txt: PowerOffVM_Task, InvalidState");
        }

        Off("PowerOff");
        return null;
    });

    public MoRef StartSuspend(SimulatedSession? session) => vm.StartExclusive(session, "VirtualMachine.suspend", s_switch, () =>
    {
        vm.Host.RequireConnected();
        RequireOn("suspended");
        if (vm.Config.DirectPath.Any() && Refusals.Has(Refusal.SuspendWithPassthrough))
        {
            throw Faults.NotSupported("The virtual machine cannot be suspended: it has a PCI passthrough device.", "vim25-gpu.md 3.5: no suspend with DirectPath");
        }

        if (vm.Config.Passthrough.Any(device => device.Kind == PassthroughKind.Vgpu) && !VgpuWire.CanSuspend(vm.Host) && Refusals.Has(Refusal.VgpuSuspendNotSupported))
        {
            throw Faults.NotSupported("The virtual machine cannot be suspended: its vGPU cannot be on this host.", "catalog/vsphere-gpu-features.csv: suspend of vGPU VMs since 6.7");
        }

        Release();
        vm.PowerState = "suspended";
        vm.SuspendTime = inventory.Now;
        Changed();
        return null;
    });

    public MoRef StartReset(SimulatedSession? session) => vm.StartExclusive(session, "VirtualMachine.reset", s_switch, () =>
    {
        vm.Host.RequireConnected();
        RequireOn("poweredOn");
        vm.BootTime = inventory.Now;
        vm.KnownGuest?.Boot();
        Changed();
        return null;
    });

    /// <summary>Asks the guest to shut down: the call returns at once, the VM is off when the guest is done.</summary>
    public void ShutdownGuest()
    {
        vm.Host.RequireConnected();
        RequireOn("poweredOff");
        if (!vm.ToolsRun && Refusals.Has(Refusal.GuestToolsMissing))
        {
            throw new SimulatedFault("ToolsUnavailable", "Cannot complete operation because VMware Tools is not running in this virtual machine.", "types-core.txt: ShutdownGuest, ToolsUnavailable");
        }

        if (!vm.HangsAtShutdown)
        {
            _ = EndGuestAsync(vm.BootTime);
        }
    }

    /// <summary>Asks the guest to start anew: VMware Tools are away meanwhile.</summary>
    public void RebootGuest()
    {
        vm.Host.RequireConnected();
        RequireOn("poweredOn");
        if (!vm.ToolsRun && Refusals.Has(Refusal.GuestToolsMissing))
        {
            throw new SimulatedFault("ToolsUnavailable", "Cannot complete operation because VMware Tools is not running in this virtual machine.", "types-core.txt: RebootGuest, ToolsUnavailable");
        }

        vm.Guest.Reboot();
    }

    /// <summary>The host goes down under the VM.</summary>
    public void Crash()
    {
        Release();
        vm.PowerState = "poweredOff";
        vm.KnownGuest?.PowerLost();
        Changed();
    }

    private async Task EndGuestAsync(DateTimeOffset boot)
    {
        await inventory.DelayAsync(inventory.Options.GuestShutdownDuration, CancellationToken.None).ConfigureAwait(false);
        lock (inventory.Gate)
        {
            if (vm.PowerState == "poweredOn" && vm.BootTime == boot)
            {
                Off("Tools: Guest OS shut down");
            }
        }
    }

    private void Off(string reason)
    {
        if (vm.PowerState == "poweredOn")
        {
            new VmLog(vm, inventory).Write(reason);
        }

        Release();
        vm.PowerState = "poweredOff";
        vm.KnownGuest?.PowerLost();
        Changed();
    }

    private void Release()
    {
        bool hadDevices = false;
        foreach (VmPassthroughDevice device in vm.Config.Passthrough)
        {
            hadDevices = true;
            device.AssignedFunction = null;
        }

        VgpuSeats.Release(vm);

        if (hadDevices)
        {
            vm.Host.DevicesChanged();
            inventory.Changed(vm, "config");
        }
    }

    private void Changed()
    {
        vm.RuntimeChanged();
        inventory.Changed(vm, "layoutEx");
    }

    private void RequireOn(string requested)
    {
        if (vm.PowerState != "poweredOn" && Refusals.Has(Refusal.NotPoweredOn))
        {
            throw Faults.InvalidPowerState(requested, vm.PowerState, "types-core.txt: InvalidPowerState");
        }
    }

    private void PlaceOn(HostSystem host)
    {
        if (host == vm.Host)
        {
            return;
        }

        if (host.Compute != vm.Host.Compute)
        {
            throw Faults.InvalidArgument("host", "A specified parameter was not correct: host", "types-core.txt: PowerOnVM_Task, the host belongs to the same compute resource");
        }

        vm.MoveTo(host);
    }
}
