using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>A fixed share is not wanted of a GPU that serves vGPUs of different sizes.</summary>
internal sealed class SchedulerMixedSizeRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "SCHEDULER-MIXED-SIZE";

    /// <inheritdoc/>
    public override string Title => "The scheduler goes with the GPU's vGPU mode";

    /// <inheritdoc/>
    public override string Why => "A fixed share is one part of the number of vGPUs of one size that a GPU takes; with several sizes on it there is no such number, and NVIDIA does not support the two together.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA's vGPU user guide, scheduling policies: with different amounts of frame buffer on one GPU the fixed share scheduler is not supported";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.SetScheduler;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        GpuDevice[] mixed = [.. subject.Devices.Where(device => subject.Scheduler is { IsFixedShare: true } && device.VgpuMode == "mixedSize")];
        if (mixed.Length > 0)
        {
            string addresses = string.Join(", ", mixed.Select(device => device.Address.ToString()));
            yield return Verdict.Confirmed(
                $"{addresses} on {subject.Target.Name} serves vGPUs of mixed size, which do not start with the fixed share scheduler.",
                $"Use -Policy EqualShare, name the other GPUs with -Device, or Set-HostGraphicsMode -VMHost {Typed.Name(subject.Target.Name)} -Device {addresses} -VgpuMode SameSize first.");
        }
        else if (subject.Scheduler is { } && subject.Devices.Count > 0)
        {
            yield return Verdict.Holds($"No GPU of {subject.Target.Name} serves vGPUs of mixed size with a fixed share.");
        }
    }
}
