using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Guest;

/// <summary>An NVIDIA GPU or vGPU as a guest's PCI bus has it.</summary>
public sealed record GuestGpuDevice
{
    /// <summary>Its address in the guest, which is not that on the host; on Windows the device's instance id.</summary>
    public required string Address { get; init; }

    /// <summary>Its name by the guest's list of PCI ids, or by its driver on Windows.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The PCI device id; null when it was not read.</summary>
    public ushort? DeviceId { get; init; }

    /// <summary>The kernel module that drives it, such as <c>nvidia</c> or <c>nouveau</c>, or the driver's service on Windows; null when none does.</summary>
    public string? Driver { get; init; }

    /// <summary>Its regions of memory; empty where they are not told, as on Windows.</summary>
    public IReadOnlyList<GuestPciBar> Bars { get; init; } = [];

    /// <summary>Whether the device has stopped to answer on the bus: every byte of its configuration reads as ff.</summary>
    public bool IsGone { get; init; }

    /// <summary>The code of Windows' Device Manager: 0 when the device works; null on Linux.</summary>
    public int? ProblemCode { get; init; }

    /// <summary>The regions without an address.</summary>
    public IEnumerable<GuestPciBar> Unassigned => Bars.Where(bar => !bar.IsAssigned);

    /// <summary>Its name with its address, for messages.</summary>
    public override string ToString() => Name.Length == 0 ? Address : FormattableString.Invariant($"{Name} ({Address})");
}
