using System;

namespace GpuVSphere.Simulator;

/// <content>The switches of the simulated hosts and VMs: what the facts leave UNCONFIRMED, and how long things take.</content>
public sealed partial class SimulatorOptions
{
    /// <summary>The name the server is known by; null takes the scenario's own.</summary>
    public string? ServerName { get; init; }

    /// <summary>The instanceUuid of the server; null makes it from the server's name. Two servers of one scenario have the same references for their objects.</summary>
    public Guid? InstanceUuid { get; init; }

    /// <summary>In which form a static backing's device id is known at power-on.</summary>
    public DeviceIdForm StaticDeviceIdForm { get; init; }

    /// <summary>
    /// Whether 64bitMMIOSizeGB limits what can be mapped to its size (262,144 pages per GB). False: with use64bitMMIO set nothing limits it.
    /// UNCONFIRMED (facts/vim25-gpu.md section 5).
    /// </summary>
    public bool MmioSizeLimitsPages { get; init; } = true;

    /// <summary>Whether the task of a reboot ends when the reboot begins, or only when the host is back. UNCONFIRMED (facts/vim25-gpu.md section 6).</summary>
    public bool RebootTaskEndsEarly { get; init; } = true;

    /// <summary>Whether the config target lists only active devices. Seen, but UNCONFIRMED as a rule; false lists all capable ones.</summary>
    public bool ConfigTargetListsOnlyActive { get; init; } = true;

    /// <summary>
    /// Whether a 6.x host refuses to switch a device to Shared Direct once NVIDIA's driver runs. The guide says so of the vSphere Client (6.1.3);
    /// for the API it is UNCONFIRMED. The host's default can be switched in any case.
    /// </summary>
    public bool RefusesSharedDirectAfterVib { get; init; }

    /// <summary>Simulated time from the begin of a reboot until the host is back; six minutes.</summary>
    public TimeSpan RebootDuration { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Simulated time that a guest takes to shut down; twenty seconds.</summary>
    public TimeSpan GuestShutdownDuration { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many hosts the scenario <c>large</c> makes; 1 or more.</summary>
    public int LargeHostCount { get; init; } = 1000;

    /// <summary>How many VMs the scenario <c>large</c> puts on every host; 0 or more.</summary>
    public int LargeVmsPerHost { get; init; } = 10;
}
