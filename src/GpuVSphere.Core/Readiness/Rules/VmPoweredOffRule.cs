using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM is powered off, or may be.</summary>
internal sealed class VmPoweredOffRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-POWERED-OFF";

    /// <inheritdoc/>
    public override string Title => "The VM is powered off, or may be";

    /// <inheritdoc/>
    public override string Why => "PCI devices, firmware and the MMIO keys are taken up when a VM is powered on. vSphere refuses most of it for a running VM, and the rest would wait unseen for the next power-on.";

    /// <inheritdoc/>
    public override string Source => "vSphere API: PCI devices and the MMIO keys are taken up at power-on; adding a device to a running VM is refused with InvalidPowerState";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyVm;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not GpuVm { IsRunning: true } vm)
        {
            // Of a suspended VM another rule speaks.
            if (subject.Vm is GpuVm { PowerState: "poweredOff" })
            {
                yield return Verdict.Holds($"{subject.Target.Name} is powered off.");
            }

            yield break;
        }

        if (!subject.MayPowerOff)
        {
            yield return Verdict.Confirmed($"{vm.Name} is running.", "Add -PowerOff to shut its guest down for the change (and -PowerOn to start it again).");
        }
        else if (!vm.IsToolsRunning && !subject.MayForce)
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} is running and VMware Tools do not answer, so its guest cannot be asked to shut down.",
                "Shut the guest down yourself, or add -Force to power it off hard.");
        }
        else
        {
            yield return Verdict.Holds($"{vm.Name} is running, and is shut down for the change.");
        }
    }
}
