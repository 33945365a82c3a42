using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>All memory of the VM is reserved.</summary>
internal sealed class VmMemoryReservedRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-MEMORY-RESERVED";

    /// <inheritdoc/>
    public override string Title => "All memory of the VM is reserved";

    /// <inheritdoc/>
    public override string Why => "A GPU reads and writes guest memory past the VMkernel, so none of it may be swapped. A VM with less than all of its memory reserved is refused at power-on, with a vGPU by a message about a plugin.";

    /// <inheritdoc/>
    public override string Source => "Learning guide 5.2.5; samples of the fault: memory reservation (sched.mem.min) should be equal to memsize; frankdenneman.nl 2022-10-18";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not { } vm || !ConfiguredGpus.HasAny(vm))
        {
            yield break;
        }

        if (vm.IsMemoryReservationLocked)
        {
            yield return Verdict.Holds($"All memory of {vm.Name} ({vm.MemoryMB} MB) is kept reserved.");
        }
        else if (vm.MemoryMB <= 0)
        {
            yield return Verdict.Unconfirmed($"How much memory {vm.Name} has cannot be read: confirm that all of it is reserved.", "Look at the memory in the VM's settings, or connect with an account that may read it.");
        }
        else if (vm.MemoryReservationMB >= vm.MemoryMB)
        {
            yield return Verdict.Holds($"All {vm.MemoryMB} MB of {vm.Name} are reserved.");
        }
        else
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} has {vm.MemoryReservationMB} of its {vm.MemoryMB} MB reserved, and a VM with a GPU needs all of it.",
                ConfiguredGpus.GiveAgain(vm) is { } command ? command + " reserves it: the VM has its GPU already, and the command sets what it lacks." : "Reserve all guest memory in the VM's settings.");
        }
    }
}
