using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Mmio;

/// <summary>What a vmware.log says of passthrough devices: that of the last power-on that lists any.</summary>
public sealed record VmwareLog
{
    /// <summary>The log, as the user named it.</summary>
    public required string Name { get; init; }

    /// <summary>The devices and their regions; empty when the log has only the page count.</summary>
    public required IReadOnlyList<VmwareLogDevice> Devices { get; init; }

    /// <summary>The pages that ESXi counted, from the line of a failed power-on; null when there is none.</summary>
    public long? PagesNeeded { get; init; }

    /// <summary>The limit that ESXi compared them with, in pages; null when there is none.</summary>
    public long? PageLimit { get; init; }

    /// <summary>Whether that power-on failed.</summary>
    public bool HasFailed { get; init; }

    /// <summary>The keys that the VM had at that power-on, where the log prints them.</summary>
    public required MmioSettings Settings { get; init; }

    /// <summary>How many power-ons with passthrough devices the log holds.</summary>
    public int PowerOns { get; init; } = 1;

    /// <summary>Whether the VM was started once more after that, without any passthrough device.</summary>
    public bool HasLaterStartWithoutDevices { get; init; }

    /// <summary>Region lines of that power-on that were cut or damaged, so that a region may be missing.</summary>
    public int DamagedLines { get; init; }

    /// <summary>The sum of all regions that are listed, in bytes.</summary>
    public long TotalBarBytes => Devices.Sum(device => device.BarBytes);
}
