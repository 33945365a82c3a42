using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>CPUs and memory are not added while the VM runs.</summary>
internal sealed class VmHotAddRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-HOT-ADD";

    /// <inheritdoc/>
    public override string Title => "CPU and memory hot-add are off for a VM with a GPU";

    /// <inheritdoc/>
    public override string Why => "Hot-add changes the memory map and the NUMA layout that a GPU relies on. vSphere does not support the two together: the VM may not power on, or has no virtual NUMA.";

    /// <inheritdoc/>
    public override string Source => "Broadcom KB 89638; vSphere documentation GUID-FAD98A33";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not { } vm || !ConfiguredGpus.HasAny(vm))
        {
            yield break;
        }

        string on = string.Join(" and ", new[] { vm.IsCpuHotAddEnabled ? "CPU" : null, vm.IsMemoryHotAddEnabled ? "memory" : null }.OfType<string>());
        yield return on.Length == 0
            ? Verdict.Holds($"{vm.Name} has CPU and memory hot-add off.")
            : Verdict.Unconfirmed(
                $"{vm.Name} has {on} hot-add on, which is not supported with a GPU.",
                ConfiguredGpus.GiveAgain(vm) is { } command ? command + " switches it off: the VM has its GPU already, and the command sets what it lacks." : "Switch it off in the VM's settings.");
    }
}
