using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM has no snapshots.</summary>
internal sealed class VmSnapshotRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-SNAPSHOT";

    /// <inheritdoc/>
    public override string Title => "The VM has no snapshots";

    /// <inheritdoc/>
    public override string Source => "vSphere documentation: snapshots are not supported with DirectPath I/O; guide, chapter 5";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddToVm | ReadinessAction.AddVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is GpuVm { HasSnapshots: true } vm)
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} has snapshots, which do not go with a DirectPath device.",
                $"Remove the snapshots of {vm.Name} (they are merged into its disks), then run the command again.");
        }
    }
}
