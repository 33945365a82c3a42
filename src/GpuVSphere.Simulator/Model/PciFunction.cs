namespace GpuVSphere.Simulator.Model;

/// <summary>One PCI function of a host, with its passthrough state.</summary>
internal sealed class PciFunction(PciId id, CardModel card)
{
    public PciId Id { get; } = id;

    public CardModel Card { get; } = card;

    public string? ParentBridge { get; init; }

    /// <summary>What has to be let go of by the VMkernel for it; functions of one card share it.</summary>
    public PciId DependentDevice { get; init; } = id;

    public bool IsCapable { get; set; } = card.IsCapable;

    /// <summary>Configured by the user.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>In effect: enabled, and rebooted or rebound.</summary>
    public bool IsActive { get; set; }

    public string? Label { get; set; }

    /// <summary>The graphics type that is configured for it, <c>shared</c> or <c>sharedDirect</c>; null follows the host's default.</summary>
    public string? GraphicsType { get; set; }

    /// <summary>The type in force since the last restart, while the host's driver has the function.</summary>
    public string GraphicsTypeInForce { get; set; } = "shared";

    /// <summary>Configured: whether vGPUs of one size only run on it (<c>sameSize</c>) or of several (<c>mixedSize</c>).</summary>
    public string VgpuMode { get; set; } = "sameSize";

    public string VgpuModeInForce { get; set; } = "sameSize";

    /// <summary>What the GPU keeps about itself.</summary>
    public GpuState Gpu { get; } = new(card);

    /// <summary>What the VMkernel calls it, such as <c>vmnic0</c>; empty for most.</summary>
    public string KernelName { get; init; } = string.Empty;

    /// <summary>Whether the server takes the card out of its slot when it is reset, as hot-plug slots of HPE servers do (samples/poweron-fault-hpe-hotplug.txt).</summary>
    public bool IsHotPlugged { get; set; }

    /// <summary>Whether the function stays as it was at the next boot although passthrough or its graphics type was switched; ordered by tests.</summary>
    public bool IgnoresNextReboot { get; set; }

    public bool IsPending => IsEnabled != IsActive;
}
