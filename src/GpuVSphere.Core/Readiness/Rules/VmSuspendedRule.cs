using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM is not suspended.</summary>
internal sealed class VmSuspendedRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-SUSPENDED";

    /// <inheritdoc/>
    public override string Title => "The VM is not suspended";

    /// <inheritdoc/>
    public override string Why => "The memory of a suspended VM fits the hardware it had; vSphere refuses to change that, and a VM with a DirectPath device does not come back from suspension.";

    /// <inheritdoc/>
    public override string Source => "vSphere API: the hardware of a suspended VM cannot be changed; a VM with a DirectPath device cannot be resumed either";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyVm | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is GpuVm { PowerState: not "suspended" } awake)
        {
            yield return Verdict.Holds($"{awake.Name} is not suspended.");
        }
        else if (subject.Vm is GpuVm && subject.Action == ReadinessAction.PowerOn)
        {
            yield return Verdict.Unconfirmed(
                $"{subject.Target.Name} is suspended: powering it on resumes it, which works with vGPUs only where host and profile allow it, and not with a DirectPath device.",
                $"Resume {subject.Target.Name} on the host where it was suspended.");
        }
        else if (subject.Vm is GpuVm vm)
        {
            yield return Verdict.Confirmed($"{vm.Name} is suspended.", $"Resume {vm.Name} and shut its guest down, then run the command again.");
        }
    }
}
