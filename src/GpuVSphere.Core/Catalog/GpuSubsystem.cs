using System.Globalization;

namespace GpuVSphere.Catalog;

/// <summary>The subsystem ids of a board: who made it, and which board it is.</summary>
/// <param name="VendorId">PCI subsystem vendor id.</param>
/// <param name="DeviceId">PCI subsystem id.</param>
public readonly record struct GpuSubsystem(ushort VendorId, ushort DeviceId)
{
    /// <summary>The ids as <c>lspci -nn</c> writes them: <c>10de:14a9</c>.</summary>
    public override string ToString() => string.Format(CultureInfo.InvariantCulture, "{0:x4}:{1:x4}", VendorId, DeviceId);
}
