using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The GPU shares its time, and is not parted by MIG.</summary>
internal sealed class SchedulerMigRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "SCHEDULER-MIG";

    /// <inheritdoc/>
    public override string Title => "The GPU is not in MIG mode";

    /// <inheritdoc/>
    public override string Why => "In MIG mode each vGPU has engines of its own, so that a time slice divides nothing: the setting is kept and has no effect.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA AI Enterprise, scheduling policies: they apply to time-sliced vGPUs only; MIG-backed ones have hardware of their own";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.SetScheduler;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        GpuDevice[] parted = [.. subject.Devices.Where(device => device.VgpuMode == "multiInstanceGpu")];
        if (parted.Length > 0)
        {
            yield return Verdict.Unconfirmed(
                $"{string.Join(", ", parted.Select(device => device.Address.ToString()))} on {subject.Target.Name} is in MIG mode: its vGPUs have parts of the GPU of their own, and no scheduler shares its time.");
        }
        else if (subject.Devices.Count > 0)
        {
            yield return Verdict.Holds($"No GPU of {subject.Target.Name} is in MIG mode.");
        }
    }
}
