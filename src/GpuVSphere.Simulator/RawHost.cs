using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>The state of a simulated host.</summary>
public sealed class RawHost
{
    private readonly HostSystem _host;
    private readonly SimulatedInventory _inventory;

    internal RawHost(HostSystem host, SimulatedInventory inventory)
    {
        _host = host;
        _inventory = inventory;
    }

    /// <summary>The name.</summary>
    public string Name => Read(() => _host.Name);

    /// <summary>The value of its reference, such as <c>host-12</c>.</summary>
    public string MoRef => _host.Reference.Value;

    /// <summary>The release of ESXi, such as <c>8.0.3</c>.</summary>
    public string Version => _host.Release.Version;

    /// <summary>The systemId that static passthrough backings on this host name.</summary>
    public string SystemId => _host.SystemId;

    /// <summary><c>connected</c>, <c>disconnected</c> or <c>notResponding</c>.</summary>
    public string ConnectionState => Read(() => _host.ConnectionState);

    /// <summary>Whether it is in maintenance mode.</summary>
    public bool IsInMaintenance => Read(() => _host.IsInMaintenance);

    /// <summary>Whether a passthrough change waits for a reboot.</summary>
    public bool IsRebootRequired => Read(() => _host.IsRebootRequired);

    /// <summary>When it booted last.</summary>
    public DateTimeOffset BootTime => Read(() => _host.BootTime);

    /// <summary>How often it booted since it was built: 1 at the start.</summary>
    public int BootCount => Read(() => _host.BootCount);

    /// <summary>Every PCI function.</summary>
    public IReadOnlyList<RawDevice> Devices => Read(() => _host.Functions.Select(function => new RawDevice(function, _host, _inventory)).ToList());

    /// <summary>The graphics types, configured and in force.</summary>
    public RawHostGraphics Graphics => Read(() => new RawHostGraphics(_host));

    /// <summary>The installed packages, such as <c>NVIDIA_bootbank_NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516</c>.</summary>
    public IReadOnlyList<string> Vibs => Read(() => _host.Vibs.Select(vib => vib.Id).ToList());

    /// <summary>The packages of the image that runs: what was installed at the last boot.</summary>
    public IReadOnlyList<string> RunningVibs => Read(() => _host.Software.Running.Select(vib => vib.Id).ToList());

    /// <summary>Whether the VMkernel runs NVIDIA's vGPU driver.</summary>
    public bool HasGpuDriver => Read(() => _host.HasGpuDriver);

    /// <summary>The acceptance level, such as <c>PartnerSupported</c>.</summary>
    public string AcceptanceLevel => Read(() => _host.Software.Level.CliName);

    /// <summary>The parameters of VMkernel modules as they are set, one line for each module.</summary>
    public IReadOnlyDictionary<string, string> ModuleParameters => Read(() => new Dictionary<string, string>(_host.Software.ModuleParameters));

    /// <summary>The parameters that the modules were loaded with.</summary>
    public IReadOnlyDictionary<string, string> ModuleParametersInForce => Read(() => new Dictionary<string, string>(_host.Software.ModuleParametersInForce));

    /// <summary>The keys of the services that run.</summary>
    public IReadOnlyList<string> RunningServices => Read(() => _host.Services.Where(service => service.IsRunning).Select(service => service.Key).ToList());

    /// <summary>One PCI function.</summary>
    /// <param name="address">Such as <c>0000:3b:00.0</c>.</param>
    /// <exception cref="ArgumentException">The host has no such function.</exception>
    public RawDevice Device(string address) => Read(() => _host.Function(address) is { } function
        ? new RawDevice(function, _host, _inventory)
        : throw new ArgumentException("The host '" + _host.Name + "' has no PCI device '" + address + "'.", nameof(address)));

    private T Read<T>(Func<T> read)
    {
        lock (_inventory.Gate)
        {
            return read();
        }
    }
}
