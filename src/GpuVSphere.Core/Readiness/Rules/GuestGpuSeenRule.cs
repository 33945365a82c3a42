using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The guest sees the GPU, with all of its regions of memory.</summary>
internal sealed class GuestGpuSeenRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GUEST-GPU-SEEN";

    /// <inheritdoc/>
    public override string Title => "The guest sees its GPU with all of its regions of memory";

    /// <inheritdoc/>
    public override string Why => "NVIDIA's installer loads the module that it builds, and the module is not loaded without a GPU that it serves.";

    /// <inheritdoc/>
    public override string Source => "nvidia-installer: 'Unable to load the kernel module' without a supported GPU; a guest without room for BAR1 says 'BAR1 is 0M @ 0x0' (Tesla P40)";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallGuestDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.GuestDriver is not { } asked || subject.Vm is not { } vm)
        {
            yield break;
        }

        int configured = vm.PciDevices.Count(device => device.Kind != VmGpuKind.Other);
        if (!asked.SeenGpus.IsKnown)
        {
            yield return Verdict.Unconfirmed($"Whether the guest of {vm.Name} sees its GPU could not be told, because {asked.SeenGpus.WhyUnknown}.");
        }
        else if (asked.SeenGpus.Value == 0)
        {
            yield return Verdict.Confirmed(
                configured == 0 ? $"{vm.Name} has no GPU, neither in its settings nor on the PCI bus of its guest." : $"The guest of {vm.Name} sees no NVIDIA GPU, although {configured.ToString(CultureInfo.InvariantCulture)} {(configured == 1 ? "is" : "are")} configured.",
                configured == 0 ? $"Add-VmGpuPassthrough -VM {Typed.Name(vm.Name)} -Device <address>, or Add-VmVgpuProfile -VM {Typed.Name(vm.Name)} -VgpuProfile <profile>." : $"Power {vm.Name} off and on; Test-GpuGuest -VM {Typed.Name(vm.Name)} says more.");
        }
        else if (asked.UnassignedBar is { } bar)
        {
            yield return Verdict.Confirmed($"{bar} has no address in the guest of {vm.Name}: no driver can use it.", $"Set-VmMmioSize -VM {Typed.Name(vm.Name)} -PowerOff -PowerOn gives it the room.");
        }
        else
        {
            yield return Verdict.Holds($"The guest sees {asked.SeenGpus.Value.ToString(CultureInfo.InvariantCulture)} NVIDIA GPU{(asked.SeenGpus.Value == 1 ? string.Empty : "s")}.");
        }
    }
}
