using System;
using System.Collections.Generic;
using System.Globalization;
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

    /// <summary>How the sizes of its vGPUs may differ: <c>none</c>, <c>sameSize</c>, <c>mixedSize</c> or <c>multiInstanceGpu</c>.</summary>
    public string VgpuMode => Read(() => VgpuOffers.ModeOf(_host, _function));

    /// <summary>The vGPUs that run on it.</summary>
    public IReadOnlyList<RawVgpu> Vgpus => Read(() => (
        from vm in _host.VgpuUsersOf(_function)
        from device in vm.Config.Passthrough
        where device.VgpuFunction == _function
        select new RawVgpu(vm.Name, device.Seat!)).ToList());

    /// <summary>Whether ECC is on.</summary>
    public bool EccCurrent => Read(() => _function.Gpu.IsEccOn);

    /// <summary>Whether ECC will be on after the next reboot.</summary>
    public bool EccPending => Read(() => _function.Gpu.WillEccBeOn);

    /// <summary>Whether it is in MIG mode.</summary>
    public bool MigCurrent => Read(() => _function.Gpu.IsMigOn);

    /// <summary>Whether it will be in MIG mode after the next reboot.</summary>
    public bool MigPending => Read(() => _function.Gpu.WillMigBeOn);

    /// <summary>The GPU instances, as nvidia-smi names them with their first memory slice, such as <c>MIG 3g.40gb@4</c>.</summary>
    public IReadOnlyList<string> MigInstances => Read(() => _function.Gpu.Instances
        .Select(instance => instance.Profile.Name + "@" + instance.Start.ToString(CultureInfo.InvariantCulture)).ToList());

    /// <summary>The scheduling policy: <c>BEST_EFFORT</c>, <c>EQUAL_SHARE</c> or <c>FIXED_SHARE</c>.</summary>
    public string Scheduler => Read(() => _function.Gpu.Scheduler.Name);

    /// <summary>The scheduler's time slice in nanoseconds; 0 is the driver's own choice.</summary>
    public long SchedulerTimesliceNs => Read(() => _function.Gpu.Scheduler.TimesliceNs);

    private T Read<T>(Func<T> read)
    {
        lock (_inventory.Gate)
        {
            return read();
        }
    }
}
