using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>A GPU with a large BAR has an EFI VM.</summary>
internal sealed class VmFirmwareRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-FIRMWARE";

    /// <inheritdoc/>
    public override string Title => "A GPU with a large BAR has an EFI VM";

    /// <inheritdoc/>
    public override string Why => "BIOS maps no memory of a device above 4 GB, and compute GPUs have BARs of 16 GB and more. The guest then does not boot, or sees a GPU that its driver cannot start.";

    /// <inheritdoc/>
    public override string Source => "BIOS maps no BAR above 4 GB; EFI is needed as soon as a BAR is larger than 256 MB (frankdenneman.nl 2023-05-30); guide, 5.2.1";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddToVm | ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not GpuVm vm || (subject.Action == ReadinessAction.PowerOn && vm.PciDevices.Count == 0))
        {
            yield break;
        }

        if (vm.Firmware == "efi" || subject.NeedsEfi == false)
        {
            yield return Verdict.Holds(vm.Firmware == "efi" ? $"{vm.Name} boots with EFI." : $"{vm.Name} boots with BIOS, which is enough: no BAR of its GPUs is known to be larger than 256 MB.");
            yield break;
        }

        if (subject.NeedsEfi is null)
        {
            yield return Verdict.Unconfirmed(
                $"{vm.Name} boots with BIOS, and the BAR sizes of the device are not known. With a BAR over 256 MB it would need EFI.",
                "Get-MmioSize -Probe reads the sizes from a failing power-on.");
        }
        else if (subject.Action == ReadinessAction.PowerOn)
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} boots with BIOS, and EFI is needed: {subject.EfiReason ?? "a BAR is larger than 256 MB"}.",
                "Use a VM that was installed with EFI; or, when no guest is installed yet, switch the firmware to EFI. Switching that of an installed guest makes it unbootable.");
        }
        else if (!subject.NoGuestInstalled)
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} boots with BIOS, and EFI is needed: {subject.EfiReason ?? "a BAR is larger than 256 MB"}. Switching the firmware of an installed guest makes it unbootable.",
                "Use a VM that was installed with EFI; or, when no guest is installed yet, add -NoGuestInstalled to have the firmware switched.");
        }
        else
        {
            yield return Verdict.Advice($"The firmware of {vm.Name} is switched from BIOS to EFI, since no guest is installed.");
        }
    }
}
