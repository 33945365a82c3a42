using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The GPU has schedulers other than best effort.</summary>
internal sealed class SchedulerGenerationRule : ReadinessRule
{
    private static readonly string[] s_without = ["Kepler", "Maxwell"];

    /// <inheritdoc/>
    public override string Id => "SCHEDULER-GENERATION";

    /// <inheritdoc/>
    public override string Title => "The GPU has the scheduler";

    /// <inheritdoc/>
    public override string Why => "Equal and fixed share need what Pascal brought. An older GPU goes on by best effort, so that nobody gets the share that was promised.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA's vGPU user guide, scheduling policies: equal share and fixed share on architectures after Maxwell";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.SetScheduler;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Scheduler is not { } wanted)
        {
            yield break;
        }

        GpuDevice[] without = [.. subject.Devices.Where(device => s_without.Contains(DeviceArchitecture.Of(device)))];
        GpuDevice[] unknown = [.. subject.Devices.Where(device => DeviceArchitecture.Of(device) is null)];
        if (unknown.Length > 0)
        {
            yield return Verdict.Unconfirmed(
                $"The generation of {string.Join(", ", unknown.Select(device => $"{device.Address} ({device.Name})"))} on {subject.Target.Name} is not known: equal and fixed share came with Pascal.");
        }

        if (without.Length == 0)
        {
            if (subject.Devices.Count > unknown.Length)
            {
                yield return Verdict.Holds($"The GPUs of {subject.Target.Name} are of Pascal or later, which have all schedulers.");
            }

            yield break;
        }

        string said = $"{string.Join(", ", without.Select(device => $"{device.Address} ({device.Model ?? device.Name})"))} on {subject.Target.Name} has the best effort scheduler alone: equal and fixed share came with Pascal.";

        // A host's setting is of use for its other GPUs.
        yield return wanted.NamesDevices || without.Length == subject.Devices.Count
            ? Verdict.Confirmed(said, "Leave it out, or use -Policy BestEffort for it.")
            : Verdict.Unconfirmed(said);
    }
}
