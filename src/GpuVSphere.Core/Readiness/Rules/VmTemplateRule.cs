using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>It is not a template.</summary>
internal sealed class VmTemplateRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-TEMPLATE";

    /// <inheritdoc/>
    public override string Title => "It is not a template";

    /// <inheritdoc/>
    public override string Why => "A template cannot be reconfigured or powered on, and a GPU by its address in a template would be given to every VM that is deployed from it.";

    /// <inheritdoc/>
    public override string Source => "vSphere API: the devices of a template cannot be changed";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyVm | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is GpuVm { IsTemplate: true } vm)
        {
            yield return Verdict.Confirmed($"{vm.Name} is a template, whose hardware cannot be changed.", "Convert it to a VM, or deploy a VM from it, and use that.");
        }
        else if (subject.Vm is GpuVm)
        {
            yield return Verdict.Holds($"{subject.Target.Name} is no template.");
        }
    }
}
