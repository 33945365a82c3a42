using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>No VM runs with a vGPU on a host that loses its driver.</summary>
internal sealed class VibVgpuVmsRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VIB-VGPU-VMS";

    /// <inheritdoc/>
    public override string Title => "No VM runs with a vGPU on a host that loses its driver";

    /// <inheritdoc/>
    public override string Why => "vGPUs are made by the host driver: VMs that have one lose it with the driver, and do not start again on this host.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA's vGPU user guide: vGPUs are the host driver's; VMs that have one are off when it goes, and do not start without it";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.RemoveDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { } host || subject.Software is not { RemovesDriver: true })
        {
            yield break;
        }

        string[] running = [.. subject.OtherVms
            .Where(vm => vm.Host == host.Id.Reference && vm.IsRunning && vm.PciDevices.Any(device => device.Kind == VmGpuKind.Vgpu))
            .Select(vm => vm.Name)
            .OrderBy(name => name, System.StringComparer.OrdinalIgnoreCase)];
        if (running.Length > 0)
        {
            bool isOne = running.Length == 1;
            yield return Verdict.Confirmed(
                $"{string.Join(", ", running)} on {subject.Target.Name} {(isOne ? "runs with a vGPU" : "run with vGPUs")}, and {(isOne ? "does" : "do")} not start again without the driver.",
                $"Move {(isOne ? "it" : "them")} to another host, or shut {(isOne ? "it" : "them")} down; Remove-VmVgpuProfile -VM {Typed.Names(running)} -All then takes the vGPU{(isOne ? string.Empty : "s")} away.");
        }
        else
        {
            yield return Verdict.Holds($"No VM on {subject.Target.Name} runs with a vGPU.");
        }
    }
}
