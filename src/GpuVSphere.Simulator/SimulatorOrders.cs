using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Model.Software;

namespace GpuVSphere.Simulator;

/// <summary>What is to go differently in a simulated inventory, for tests of unhappy ways.</summary>
public sealed class SimulatorOrders
{
    private readonly SimulatedInventory _inventory;

    internal SimulatorOrders(SimulatedInventory inventory) => _inventory = inventory;

    /// <summary>Lets the files of guests on a host go through a port of this simulator, as they go through a real host's own.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="address">Scheme, name and port, such as <c>https://127.0.0.1:8443</c>.</param>
    /// <param name="certificate">The certificate that vCenter has of the host, in PEM or DER; null when it has none.</param>
    /// <exception cref="ArgumentException">There is no such host.</exception>
    public void GuestFilesThrough(string hostName, string address, byte[]? certificate)
    {
        lock (_inventory.Gate)
        {
            Host(hostName).GuestFilesAt = address;
            Host(hostName).Certificate = certificate;
        }
    }

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
            host.Software.Boot();
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

    /// <summary>Says who made a server.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="vendor">The maker as the server reports it, such as <c>HPE</c>.</param>
    /// <exception cref="ArgumentException">There is no such host.</exception>
    public void ServerVendor(string hostName, string vendor)
    {
        lock (_inventory.Gate)
        {
            HostSystem host = Host(hostName);
            host.Vendor = vendor;
            host.DevicesChanged();
        }
    }

    /// <summary>Says whether the server takes a card out of its slot when a VM with it is powered on.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="device">The PCI address.</param>
    /// <param name="isOn">Whether hot-plug of the slot is on.</param>
    /// <exception cref="ArgumentException">There is no such host or device.</exception>
    public void FirmwareHotPlug(string hostName, string device, bool isOn)
    {
        lock (_inventory.Gate)
        {
            Function(hostName, device).IsHotPlugged = isOn;
        }
    }

    /// <summary>Installs a package on a host past every check, and boots it, as if it had been there before.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="package">A VIB, or an offline bundle with all of its VIBs.</param>
    /// <exception cref="ArgumentException">There is no such host.</exception>
    public void Install(string hostName, byte[] package)
    {
        lock (_inventory.Gate)
        {
            HostSystem host = Host(hostName);
            foreach (VibPackage vib in Packages(package))
            {
                host.Software.Put(vib);
            }

            host.Software.Boot();
            host.Graphics.TakeEffect();
            host.DevicesChanged();
        }
    }

    /// <summary>Sets the acceptance level of a host past every check.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="level"><c>VMwareCertified</c>, <c>VMwareAccepted</c>, <c>PartnerSupported</c> or <c>CommunitySupported</c>.</param>
    /// <exception cref="ArgumentException">There is no such host or level.</exception>
    public void AcceptanceLevel(string hostName, string level)
    {
        lock (_inventory.Gate)
        {
            Host(hostName).Software.Level = Acceptance.Find(level) ?? throw new ArgumentException("'" + level + "' is no acceptance level.", nameof(level));
        }
    }

    /// <summary>Says how much room is left for packages on a host.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="bytes">The free bytes.</param>
    /// <exception cref="ArgumentException">There is no such host.</exception>
    public void BootbankFree(string hostName, long bytes)
    {
        lock (_inventory.Gate)
        {
            Host(hostName).Software.BootbankFreeBytes = bytes;
        }
    }

    /// <summary>Says how much room is left on a datastore.</summary>
    /// <param name="datastore">Its name.</param>
    /// <param name="bytes">The free bytes.</param>
    /// <exception cref="ArgumentException">There is no such datastore.</exception>
    public void DatastoreFree(string datastore, long bytes)
    {
        lock (_inventory.Gate)
        {
            Datastore found = Store(datastore);
            found.FreeBytes = bytes;
            _inventory.Changed(found, "summary");
        }
    }

    /// <summary>Puts a file on a datastore, with its folders.</summary>
    /// <param name="datastore">Its name.</param>
    /// <param name="path">Such as <c>NVIDIA/driver.vib</c>.</param>
    /// <param name="content">What is in it.</param>
    /// <exception cref="ArgumentException">There is no such datastore.</exception>
    public void DatastoreFile(string datastore, string path, byte[] content)
    {
        lock (_inventory.Gate)
        {
            Store(datastore).Put(path, content);
        }
    }

    /// <summary>Makes an address that the hosts can download from; every other one is out of their reach.</summary>
    /// <param name="url">The whole address, as it will be given.</param>
    /// <param name="content">What is served there.</param>
    public void Download(string url, byte[] content)
    {
        lock (_inventory.Gate)
        {
            _inventory.Downloads[url] = content;
        }
    }

    /// <summary>Sets the components that the image of an image-managed cluster has besides the base.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="packages">Offline bundles; none for the base alone.</param>
    /// <exception cref="ArgumentException">There is no such cluster, or it is not managed by an image.</exception>
    public void ClusterImage(string cluster, params byte[][] packages)
    {
        lock (_inventory.Gate)
        {
            ComputeResource found = ImageManaged(cluster);
            found.Image.Clear();
            found.Image.AddRange(packages.SelectMany(Packages));
        }
    }

    /// <summary>Remediates an image-managed cluster, hosts rebooted: packages that the image lacks are gone, those that it has are there.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <exception cref="ArgumentException">There is no such cluster, or it is not managed by an image.</exception>
    public void RemediateCluster(string cluster)
    {
        lock (_inventory.Gate)
        {
            ImageManaged(cluster).Remediate();
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

    /// <summary>Sets vCenter's advanced setting <c>vgpu.hotmigrate.enabled</c> past every check.</summary>
    /// <param name="isOn">Whether running VMs with vGPUs may migrate; null takes the setting away.</param>
    /// <exception cref="InvalidOperationException">The server is no vCenter.</exception>
    public void VgpuHotMigrate(bool? isOn)
    {
        lock (_inventory.Gate)
        {
            VCenterSettings settings = _inventory.Settings ?? throw new InvalidOperationException("A host that is its own server has no such setting.");
            settings.Put(VCenterSettings.HotMigrate, isOn is { } value ? settings.Form(value) : null);
        }
    }

    /// <summary>Sets what DRS of a cluster does, past every check.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="isEnabled">Whether DRS is on.</param>
    /// <param name="automation"><c>manual</c>, <c>partiallyAutomated</c> or <c>fullyAutomated</c>.</param>
    /// <exception cref="ArgumentException">There is no such cluster or level.</exception>
    public void Drs(string cluster, bool isEnabled, string automation) => Drs(cluster, drs =>
    {
        RequireAutomation(automation);
        (drs.IsEnabled, drs.Behavior) = (isEnabled, automation);
    });

    /// <summary>Sets an advanced option of DRS past every check.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="key">The option.</param>
    /// <param name="value">Its value; null takes it away.</param>
    /// <exception cref="ArgumentException">There is no such cluster.</exception>
    public void DrsOption(string cluster, string key, string? value) => Drs(cluster, drs => drs.PutOption(key, value));

    /// <summary>Has something else go for a VM than for its cluster.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="automation">An automation level, <c>disabled</c>, or null for what goes for the cluster.</param>
    /// <exception cref="ArgumentException">There is no such VM or level.</exception>
    public void DrsOverride(string vmName, string? automation)
    {
        if (automation is not (null or "disabled"))
        {
            RequireAutomation(automation);
        }

        lock (_inventory.Gate)
        {
            VirtualMachine vm = Vm(vmName);
            if (automation is null)
            {
                vm.Host.Compute.Drs.RemoveOverride(vm.Reference);
            }
            else
            {
                vm.Host.Compute.Drs.Override(vm.Reference, automation != "disabled", automation == "disabled" ? null : automation);
            }

            vm.Host.Compute.Reconfigured();
        }
    }

    private static void RequireAutomation(string automation)
    {
        if (automation is not ("manual" or "partiallyAutomated" or "fullyAutomated"))
        {
            throw new ArgumentException("'" + automation + "' is no automation level: use manual, partiallyAutomated or fullyAutomated.", nameof(automation));
        }
    }

    private void Drs(string cluster, Action<ClusterDrs> change)
    {
        lock (_inventory.Gate)
        {
            ComputeResource found = _inventory.Hosts.Select(host => host.Compute).FirstOrDefault(compute => compute.IsCluster && compute.Name == cluster)
                ?? throw new ArgumentException("The simulator has no cluster '" + cluster + "'.", nameof(cluster));
            change(found.Drs);
            found.Reconfigured();
        }
    }

    private HostSystem Host(string name) =>
        _inventory.Hosts.FirstOrDefault(host => host.Name == name) ?? throw new ArgumentException("The simulator has no host '" + name + "'.", nameof(name));

    private static IReadOnlyList<VibPackage> Packages(byte[] content) =>
        content.Length > 1 && content[0] == 'P' && content[1] == 'K' ? DepotReader.Read(content) : [VibReader.Read(content)];

    private Datastore Store(string name) =>
        _inventory.Datastores.FirstOrDefault(store => store.Name == name) ?? throw new ArgumentException("The simulator has no datastore '" + name + "'.", nameof(name));

    private ComputeResource ImageManaged(string name) =>
        _inventory.Hosts.Select(host => host.Compute).FirstOrDefault(compute => compute.Name == name && compute.IsImageManaged)
        ?? throw new ArgumentException("The simulator has no image-managed cluster '" + name + "'.", nameof(name));

    private VirtualMachine Vm(string name) =>
        _inventory.Vms.FirstOrDefault(vm => vm.Name == name) ?? throw new ArgumentException("The simulator has no VM '" + name + "'.", nameof(name));

    private PciFunction Function(string hostName, string device) =>
        Host(hostName).Function(device) ?? throw new ArgumentException("The host '" + hostName + "' has no PCI device '" + device + "'.", nameof(device));
}
