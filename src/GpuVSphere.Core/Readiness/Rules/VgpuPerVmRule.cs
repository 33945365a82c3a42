using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The hardware version takes so many vGPUs.</summary>
internal sealed class VgpuPerVmRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-PER-VM";

    /// <inheritdoc/>
    public override string Title => "The hardware version takes so many vGPUs";

    /// <inheritdoc/>
    public override string Why => "Each virtual hardware version takes a number of vGPUs: one from vmx-11, four from vmx-15, more from vmx-20. The one too many is refused.";

    /// <inheritdoc/>
    public override string Source => "QueryConfigOption dumps: one vGPU from vmx-11, four from vmx-15, eight from vmx-20, sixteen from vmx-21";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not GpuVm vm || subject.Vgpu is not { After.Count: > 0 } vgpu)
        {
            yield break;
        }

        if (vm.HardwareVersion == 0)
        {
            yield return Verdict.Unconfirmed($"The hardware version of {vm.Name} could not be read; it decides how many vGPUs the VM takes.");
            yield break;
        }

        int most = vm.HardwareVersion switch
        {
            < 11 => 0,
            < 15 => 1,
            < 20 => 4,
            20 => 8,
            _ => 16,
        };
        if (vgpu.After.Count > most)
        {
            string next = most == 1 ? $" Set-VmVgpuProfile -VM {Typed.Name(vm.Name)} replaces the vGPU that it has." : string.Empty;
            string count = vgpu.After.Count == 1 ? "1 vGPU" : $"{vgpu.After.Count} vGPUs";
            yield return most == 0
                ? Verdict.Confirmed($"{vm.Name} would have {count}; hardware version vmx-{vm.HardwareVersion} takes none.", "Upgrade the VM's hardware version: vGPUs came with vmx-11.")
                : Verdict.Confirmed(
                    $"{vm.Name} would have {count}; hardware version vmx-{vm.HardwareVersion} takes {most}.",
                    (vm.HardwareVersion < 21 ? "Upgrade the VM's hardware version, or give it fewer." : "Give it fewer.") + next);
        }
        else
        {
            yield return Verdict.Holds($"{vm.Name} has hardware version vmx-{vm.HardwareVersion}, which takes {(most == 1 ? "one vGPU" : $"up to {most} vGPUs")}.");
        }
    }
}
