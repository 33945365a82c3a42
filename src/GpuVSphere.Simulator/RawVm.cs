using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>The state of a simulated VM.</summary>
public sealed class RawVm
{
    private readonly VirtualMachine _vm;
    private readonly SimulatedInventory _inventory;

    internal RawVm(VirtualMachine vm, SimulatedInventory inventory)
    {
        _vm = vm;
        _inventory = inventory;
    }

    /// <summary>The name.</summary>
    public string Name => Read(() => _vm.Name);

    /// <summary>The value of its reference, such as <c>vm-20</c>.</summary>
    public string MoRef => _vm.Reference.Value;

    /// <summary>The host it is registered on.</summary>
    public string HostName => Read(() => _vm.Host.Name);

    /// <summary>The instanceUuid.</summary>
    public string InstanceUuid => Read(() => _vm.InstanceUuid.ToString());

    /// <summary>Changes with every change of the configuration.</summary>
    public string ChangeVersion => Read(() => _vm.ChangeVersion);

    /// <summary><c>poweredOn</c>, <c>poweredOff</c> or <c>suspended</c>.</summary>
    public string PowerState => Read(() => _vm.PowerState);

    /// <summary>Whether it runs.</summary>
    public bool IsPoweredOn => PowerState == "poweredOn";

    /// <summary>Whether it is a template.</summary>
    public bool IsTemplate => Read(() => _vm.Config.IsTemplate);

    /// <summary><c>bios</c> or <c>efi</c>.</summary>
    public string Firmware => Read(() => _vm.Config.Firmware);

    /// <summary>19 for vmx-19.</summary>
    public int HardwareVersion => Read(() => _vm.Config.HardwareVersion);

    /// <summary>The memory.</summary>
    public int MemoryMB => Read(() => _vm.Config.MemoryMB);

    /// <summary>The processors.</summary>
    public int CpuCount => Read(() => _vm.Config.NumCpu);

    /// <summary>The memory reservation in effect.</summary>
    public long MemoryReservationMB => Read(() => _vm.Config.MemoryReservationMB);

    /// <summary>Whether the reservation is locked to the memory size.</summary>
    public bool IsMemoryReservationLocked => Read(() => _vm.Config.LockMemory);

    /// <summary>Whether processors can be added while it runs.</summary>
    public bool CpuHotAdd => Read(() => _vm.Config.CpuHotAdd);

    /// <summary>Whether memory can be added while it runs.</summary>
    public bool MemoryHotAdd => Read(() => _vm.Config.MemoryHotAdd);

    /// <summary>How many snapshots it has.</summary>
    public int SnapshotCount => Read(() => _vm.Snapshots.Count);

    /// <summary>The advanced settings; keys are the same in upper and lower case.</summary>
    public IReadOnlyDictionary<string, string> ExtraConfig => Read(() => new Dictionary<string, string>(_vm.Config.ExtraConfig, StringComparer.OrdinalIgnoreCase));

    /// <summary>The PCI devices.</summary>
    public IReadOnlyList<RawVmDevice> PciDevices => Read(() => _vm.Config.Passthrough.Select(device => new RawVmDevice(device)).ToList());

    /// <summary>The guest.</summary>
    public RawGuest Guest => new(_vm, _inventory);

    /// <summary>The names of the files in the VM's folder.</summary>
    public IReadOnlyList<string> Files => Read(() => _vm.Datastore.FilesIn(_vm.DirectoryName).Select(file => file.Path.Substring(_vm.DirectoryName.Length + 1)).ToList());

    /// <summary>A file of the VM's folder as text.</summary>
    /// <param name="name">Such as <c>vmware.log</c>.</param>
    /// <exception cref="ArgumentException">There is no such file.</exception>
    public string ReadFile(string name) => Read(() => _vm.Datastore.Read(_vm.DirectoryName + "/" + name) is { } content
        ? Encoding.UTF8.GetString(content)
        : throw new ArgumentException("The VM '" + _vm.Name + "' has no file '" + name + "'.", nameof(name)));

    private T Read<T>(Func<T> read)
    {
        lock (_inventory.Gate)
        {
            return read();
        }
    }
}
