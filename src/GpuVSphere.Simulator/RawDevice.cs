using System;
using System.Linq;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>The state of a PCI function of a simulated host.</summary>
public sealed class RawDevice
{
    private readonly PciFunction _function;
    private readonly HostSystem _host;
    private readonly SimulatedInventory _inventory;

    internal RawDevice(PciFunction function, HostSystem host, SimulatedInventory inventory)
    {
        _function = function;
        _host = host;
        _inventory = inventory;
    }

    /// <summary>Such as <c>0000:3b:00.0</c>.</summary>
    public string Address => _function.Id.ToString();

    /// <summary>The name.</summary>
    public string Name => _function.Card.Name;

    /// <summary>The PCI vendor id, unsigned.</summary>
    public int VendorId => _function.Card.VendorId;

    /// <summary>The PCI device id, unsigned.</summary>
    public int DeviceId => _function.Card.DeviceId;

    /// <summary>The sum of its memory windows, in bytes.</summary>
    public long BarBytes => _function.Card.BarBytes;

    /// <summary>Whether passthrough is possible.</summary>
    public bool IsCapable => Read(() => _function.IsCapable);

    /// <summary>Whether passthrough is configured.</summary>
    public bool IsEnabled => Read(() => _function.IsEnabled);

    /// <summary>Whether passthrough is in effect.</summary>
    public bool IsActive => Read(() => _function.IsActive);

    /// <summary>The hardware label, or null.</summary>
    public string? Label => Read(() => _function.Label);

    /// <summary>The graphics type in effect: <c>basic</c>, <c>shared</c>, <c>direct</c> or <c>sharedDirect</c>.</summary>
    public string GraphicsType => Read(() => _host.Graphics.Type(_function));

    /// <summary>The running VM that holds it alone, or null.</summary>
    public string? HeldBy => Read(() => _host.HolderOf(_function)?.Name);

    /// <summary>How many vGPUs run on it.</summary>
    public int VgpuCount => Read(() => _host.VgpuUsersOf(_function).Sum(vm => vm.Config.Passthrough.Count(device => device.VgpuFunction == _function)));

    private T Read<T>(Func<T> read)
    {
        lock (_inventory.Gate)
        {
            return read();
        }
    }
}
