using System.Collections.Generic;

namespace GpuVSphere.Vgpu;

/// <summary>A step of an upgrade.</summary>
/// <param name="Order">Its number, from 1.</param>
/// <param name="Kind">What it changes.</param>
/// <param name="Targets">The host, or the VMs.</param>
/// <param name="Release">The release to go to, with its drivers.</param>
/// <param name="Reason">Why, and why now.</param>
/// <param name="IsOptional">Whether it can be left for later.</param>
public sealed record UpgradeStep(int Order, UpgradeStepKind Kind, IReadOnlyList<string> Targets, string Release, string Reason, bool IsOptional)
{
    /// <summary>The step as a line.</summary>
    public override string ToString()
    {
        string targets = string.Join(", ", Targets);
        string text = Kind switch
        {
            UpgradeStepKind.Host => $"manager {Release} on {targets}",
            UpgradeStepKind.Guest => $"guest driver {Release} in {targets}",
            _ => $"together, powered off: {Release}; {targets}",
        };
        return $"{Order}. {text}{(IsOptional ? " (can wait)" : string.Empty)}";
    }
}
