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
    public override string Why => "With a DirectPath device no snapshot is taken, and one of earlier holds the devices of its time: going back to it takes the GPU away, or brings one back that another VM holds.";

    /// <inheritdoc/>
    public override string Source => "vSphere documentation: snapshots are not supported with DirectPath I/O; guide, chapter 5; with vGPUs, going back to a snapshot brings the devices of its time back";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddToVm | ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Action == ReadinessAction.PowerOn && subject.Vm is { PciDevices.Count: 0 })
        {
            yield break;
        }

        if (subject.Vm is GpuVm { HasSnapshots: false })
        {
            yield return Verdict.Holds($"{subject.Target.Name} has no snapshots.");
        }
        else if (subject.Vm is GpuVm && subject.Action == ReadinessAction.PowerOn)
        {
            yield return Verdict.Unconfirmed(
                $"{subject.Target.Name} has snapshots beside its GPUs: going back to one brings the devices of its time back.",
                $"Remove the snapshots of {subject.Target.Name} (they are merged into its disks), or do not go back to one of a time before its GPUs.");
        }
        else if (subject.Vm is GpuVm vm)
        {
            yield return Verdict.Confirmed(
                subject.Vgpu is null
                    ? $"{vm.Name} has snapshots, which do not go with a DirectPath device."
                    : $"{vm.Name} has snapshots: they were taken with other devices, and going back to one would undo the change of its vGPUs.",
                $"Remove the snapshots of {vm.Name} (they are merged into its disks), then run the command again.");
        }
    }
}
