using System;
using System.Linq;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>What is to go differently in a simulated inventory, for tests of unhappy ways.</summary>
public sealed class SimulatorOrders
{
    private readonly SimulatedInventory _inventory;

    internal SimulatorOrders(SimulatedInventory inventory) => _inventory = inventory;

    /// <summary>Decides how the next reboot of a host goes.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="outcome">How it goes; reboots after it are normal.</param>
    /// <param name="duration">Simulated time until the host is back; null is <see cref="SimulatorOptions.RebootDuration"/>.</param>
    /// <exception cref="ArgumentException">There is no such host.</exception>
    public void NextReboot(string hostName, RebootOutcome outcome, TimeSpan? duration = null)
    {
        lock (_inventory.Gate)
        {
            Host(hostName).Maintenance.Order(outcome, duration);
        }
    }

    /// <summary>Lets one device of a host stay as it is over the next reboot although its passthrough or graphics type was switched.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="device">The PCI address.</param>
    /// <exception cref="ArgumentException">There is no such host or device.</exception>
    public void DeviceIgnoresNextReboot(string hostName, string device)
    {
        lock (_inventory.Gate)
        {
            Function(hostName, device).IgnoresNextReboot = true;
        }
    }

    /// <summary>Says whether a device can be put in passthrough mode.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="device">The PCI address.</param>
    /// <param name="isCapable">False as with server firmware that gets in the way.</param>
    /// <exception cref="ArgumentException">There is no such host or device.</exception>
    public void DeviceCapable(string hostName, string device, bool isCapable)
    {
        lock (_inventory.Gate)
        {
            Function(hostName, device).IsCapable = isCapable;
            Host(hostName).DevicesChanged();
        }
    }

    /// <summary>Says whether the guest of a VM, asked to shut down, hangs for ever.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="hangs">True to hang.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public void GuestShutdownHangs(string vmName, bool hangs)
    {
        lock (_inventory.Gate)
        {
            Vm(vmName).HangsAtShutdown = hangs;
        }
    }

    /// <summary>Installs NVIDIA's vGPU driver on a host and switches it to shared direct graphics, as after a reboot.</summary>
    /// <param name="hostName">The host.</param>
    /// <exception cref="ArgumentException">There is no such host.</exception>
    public void InstallGpuDriver(string hostName)
    {
        lock (_inventory.Gate)
        {
            HostSystem host = Host(hostName);
            host.Vibs.Add(VgpuDrivers.For(host));
            host.Graphics.DefaultType = "sharedDirect";
            host.Graphics.TakeEffect();
            host.DevicesChanged();
        }
    }

    /// <summary>Switches SR-IOV in the firmware of a server, which the vGPUs of Ampere and later GPUs run on.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="isOn">Whether it is on.</param>
    /// <exception cref="ArgumentException">There is no such host.</exception>
    public void FirmwareSriov(string hostName, bool isOn)
    {
        lock (_inventory.Gate)
        {
            HostSystem host = Host(hostName);
            host.IsSriovOn = isOn;
            host.DevicesChanged();
        }
    }

    /// <summary>Breaks the connection between the server and a host, or mends it.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="state"><c>connected</c>, <c>disconnected</c> or <c>notResponding</c>.</param>
    /// <exception cref="ArgumentException">There is no such host or state.</exception>
    public void HostConnection(string hostName, string state)
    {
        if (state is not ("connected" or "disconnected" or "notResponding"))
        {
            throw new ArgumentException("'" + state + "' is no connection state: use connected, disconnected or notResponding.", nameof(state));
        }

        lock (_inventory.Gate)
        {
            Host(hostName).Maintenance.SetConnection(state);
        }
    }

    private HostSystem Host(string name) =>
        _inventory.Hosts.FirstOrDefault(host => host.Name == name) ?? throw new ArgumentException("The simulator has no host '" + name + "'.", nameof(name));

    private VirtualMachine Vm(string name) =>
        _inventory.Vms.FirstOrDefault(vm => vm.Name == name) ?? throw new ArgumentException("The simulator has no VM '" + name + "'.", nameof(name));

    private PciFunction Function(string hostName, string device) =>
        Host(hostName).Function(device) ?? throw new ArgumentException("The host '" + hostName + "' has no PCI device '" + device + "'.", nameof(device));
}
