using System.Collections.Generic;

namespace GpuVSphere.Mmio;

/// <summary>The two keys as a VM has them.</summary>
/// <param name="IsOn">Whether <c>pciPassthru.use64bitMMIO</c> is TRUE.</param>
/// <param name="SizeGB">The value of <c>pciPassthru.64bitMMIOSizeGB</c> in GB; null when absent or unreadable.</param>
/// <param name="Findings">What is wrong with the keys; empty when nothing is.</param>
public sealed record MmioSettings(bool IsOn, int? SizeGB, IReadOnlyList<MmioKeyFinding> Findings)
{
    /// <summary>The size that is in force: none while the switch is off.</summary>
    public int? EffectiveSizeGB => IsOn ? SizeGB : null;
}
