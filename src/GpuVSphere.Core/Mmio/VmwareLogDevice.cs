using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Mmio;

/// <summary>A device and its regions as vmware.log lists them.</summary>
/// <param name="Address">Where it is on its host.</param>
/// <param name="Bars">Its regions, by index.</param>
public sealed record VmwareLogDevice(PciAddress Address, IReadOnlyList<VmwareLogBar> Bars)
{
    /// <summary>The sum of its regions in bytes.</summary>
    public long BarBytes => Bars.Sum(bar => bar.SizeBytes);
}
