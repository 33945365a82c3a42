using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The hardware version takes the devices.</summary>
internal sealed class VmHardwareVersionRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-HARDWARE-VERSION";

    /// <inheritdoc/>
    public override string Title => "The hardware version takes the devices";

    /// <inheritdoc/>
    public override string Why => "Each virtual hardware version has its own limit of PCI devices, and DirectPath by ids came with vmx-17; what is beyond is refused by the call or at power-on.";

    /// <inheritdoc/>
    public override string Source => "Dynamic DirectPath from vmx-17; PCI passthrough devices per VM by Broadcom KB 309986: 16 to vmx-19, 32 and more from vmx-20, 128 from vmx-21";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddToVm | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not GpuVm vm || subject.PciDevicesAfter == 0)
        {
            yield break;
        }

        if (vm.HardwareVersion == 0)
        {
            yield return Verdict.Unconfirmed($"The hardware version of {vm.Name} could not be read; it decides how many PCI devices the VM takes, and dynamic DirectPath needs vmx-{FirstWithDynamic}.");
            yield break;
        }

        bool isTooOld = subject.DynamicRequests.Count > 0 && vm.HardwareVersion < FirstWithDynamic;
        if (isTooOld)
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} has hardware version vmx-{vm.HardwareVersion}; dynamic DirectPath needs vmx-{FirstWithDynamic}.",
                $"Upgrade the VM's hardware (Set-VM -HardwareVersion vmx-{FirstWithDynamic}, or Compatibility in the client), or name the device by its address.");
        }

        int certain = vm.HardwareVersion >= 20 ? 128 : 16;
        if (subject.PciDevicesAfter > certain)
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} would have {subject.PciDevicesAfter} PCI passthrough devices; hardware version vmx-{vm.HardwareVersion} takes {certain}.",
                vm.HardwareVersion < 20 ? "Upgrade the VM's hardware version, or give it fewer devices." : "Give it fewer devices.");
        }
        else if (vm.HardwareVersion == 20 && subject.PciDevicesAfter > 32)
        {
            // 32 for ESXi 8.0, 64 for 8.0 U1 by the KB; the hardware version does not tell the two apart.
            yield return Verdict.Unconfirmed($"{vm.Name} would have {subject.PciDevicesAfter} PCI passthrough devices; with vmx-20, ESXi 8.0 takes 32 and 8.0 U1 takes 64.");
        }
        else if (!isTooOld)
        {
            yield return Verdict.Holds($"{vm.Name} has hardware version vmx-{vm.HardwareVersion}, which takes {(subject.PciDevicesAfter == 1 ? "its PCI device" : $"its {subject.PciDevicesAfter} PCI devices")}.");
        }
    }

    private const int FirstWithDynamic = 17;
}
