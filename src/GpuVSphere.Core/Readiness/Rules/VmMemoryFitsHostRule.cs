using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>All memory of the VM can be reserved.</summary>
internal sealed class VmMemoryFitsHostRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-MEMORY-FITS-HOST";

    /// <inheritdoc/>
    public override string Title => "All memory of the VM can be reserved";

    /// <inheritdoc/>
    public override string Why => "A GPU reads and writes guest memory directly, so that all of it is reserved and none can be swapped. A VM larger than what its host has left fails when it is powered on.";

    /// <inheritdoc/>
    public override string Source => "A DirectPath device or a vGPU needs all guest memory reserved (guide, 5.2.5); a reservation that the host cannot keep is refused at power-on";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddToVm | ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not GpuVm vm || (subject.Action == ReadinessAction.PowerOn && vm.PciDevices.Count == 0))
        {
            yield break;
        }

        if (subject.Host?.MemoryMB is not long hostMemoryMB)
        {
            yield return Verdict.Unconfirmed(
                $"Whether the {vm.MemoryMB} MB of {vm.Name} can all be reserved could not be checked, since the memory of its host is not known.");
            yield break;
        }

        if (vm.MemoryMB >= hostMemoryMB)
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} has {vm.MemoryMB} MB of memory, which must all be reserved, and {subject.Host.Name} has {hostMemoryMB} MB in all.",
                $"Give {vm.Name} less memory, or use a host with more.");
            yield break;
        }

        long reservedByOthersMB = subject.OtherVms
            .Where(other => other.Id != vm.Id && other.IsRunning && other.Host == vm.Host)
            .Sum(other => other.IsMemoryReservationLocked ? other.MemoryMB : other.MemoryReservationMB);
        if (vm.MemoryMB + reservedByOthersMB >= hostMemoryMB)
        {
            yield return Verdict.Unconfirmed(
                $"{vm.Name} needs {vm.MemoryMB} MB reserved; running VMs on {subject.Host.Name} have {reservedByOthersMB} MB of its {hostMemoryMB} MB reserved. It may not power on beside them.");
        }
        else
        {
            yield return Verdict.Holds(
                $"{subject.Host.Name} has {hostMemoryMB} MB, of which running VMs have {reservedByOthersMB} MB reserved: the {vm.MemoryMB} MB of {vm.Name} fit.");
        }
    }
}
