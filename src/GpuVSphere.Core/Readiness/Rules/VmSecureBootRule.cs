using System;
using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>Secure Boot of the guest lets NVIDIA's driver in.</summary>
internal sealed class VmSecureBootRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-SECURE-BOOT";

    /// <inheritdoc/>
    public override string Title => "Secure Boot of the VM lets the guest's NVIDIA driver load";

    /// <inheritdoc/>
    public override string Why => "A Linux guest with Secure Boot loads signed kernel modules only. The driver that the installer builds is not signed with a key that the VM knows: it is installed without an error and not loaded.";

    /// <inheritdoc/>
    public override string Source => "vim25 VirtualMachineBootOptions.efiSecureBootEnabled; NVIDIA's driver documentation: signing the kernel module";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not { } vm || !ConfiguredGpus.HasAny(vm))
        {
            yield break;
        }

        bool isWindows = vm.GuestId.StartsWith("win", StringComparison.OrdinalIgnoreCase);
        yield return vm switch
        {
            { Firmware: not "efi" } => Verdict.Holds($"{vm.Name} boots by {vm.Firmware.ToUpperInvariant()}, which has no Secure Boot."),
            { IsSecureBootEnabled: null } => Verdict.Unconfirmed($"Whether {vm.Name} has Secure Boot cannot be read: confirm that it is off, or that the guest's driver is signed.", "Look at the boot options in the VM's settings, or connect with an account that may read them."),
            { IsSecureBootEnabled: false } => Verdict.Holds($"{vm.Name} boots without Secure Boot."),
            _ when isWindows => Verdict.Holds($"{vm.Name} boots with Secure Boot, and NVIDIA's drivers for Windows are signed."),
            _ => Verdict.Unconfirmed(
                $"{vm.Name} ({(vm.GuestId.Length == 0 ? "its guest is not told" : vm.GuestId)}) boots with Secure Boot: a Linux guest loads NVIDIA's module only when it is signed with a key that the VM knows: confirm.",
                $"Test-GpuGuest -VM {Typed.Name(vm.Name)} shows whether the driver is loaded. Sign the module and enrol the key in the guest (mokutil --import), or switch Secure Boot off in the VM's boot options while it is off."),
        };
    }
}
