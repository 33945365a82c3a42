using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>Several vGPUs of a VM are whole GPUs before vSphere 8.0.</summary>
internal sealed class VgpuWholeRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-WHOLE";

    /// <inheritdoc/>
    public override string Title => "Several vGPUs of a VM are whole GPUs before vSphere 8.0";

    /// <inheritdoc/>
    public override string Why => "Before vSphere 8.0 the plug-in starts several vGPUs in a VM only when each has the whole memory of a GPU; with parts the VM fails when it is powered on.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA AI Enterprise release 6: 7.x takes several vGPUs in a VM only of types with the whole frame buffer, 8.0 and later any";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vgpu is not { After.Count: > 1 } vgpu || subject.Host is not { Version.Length: > 0 } host)
        {
            yield break;
        }

        if (new Vim.ApiVersion(host.Version).IsAtLeast(8, 0))
        {
            yield return Verdict.Holds($"{host.Name} runs ESXi {host.Version}, which takes several vGPUs in a VM, of any size.");
            yield break;
        }

        string[] parts = [.. vgpu.After.Where(wish => wish.IsWholeGpu == false).Select(wish => wish.Profile).Distinct()];
        string[] unknown = [.. vgpu.After.Where(wish => wish.IsWholeGpu is null).Select(wish => wish.Profile).Distinct()];
        if (parts.Length > 0)
        {
            yield return Verdict.Confirmed(
                $"{subject.Target.Name} would have {vgpu.After.Count} vGPUs; ESXi {host.Version} takes several only of profiles with the whole memory of a GPU, and {string.Join(", ", parts)} {(parts.Length == 1 ? "has" : "have")} a part.",
                "Give it one vGPU, or profiles of the largest size; or use a host with vSphere 8.0 or later.");
        }
        else if (unknown.Length > 0)
        {
            yield return Verdict.Unconfirmed(
                $"ESXi {host.Version} takes several vGPUs in a VM only of profiles with the whole memory of a GPU; whether {string.Join(", ", unknown)} has it is not known.");
        }
        else
        {
            yield return Verdict.Holds($"Each of the {vgpu.After.Count} vGPUs of {subject.Target.Name} has the whole memory of a GPU.");
        }
    }
}
