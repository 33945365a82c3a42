using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>A VM has its GPUs by one method.</summary>
internal sealed class VgpuWithPassthroughRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-WITH-PASSTHROUGH";

    /// <inheritdoc/>
    public override string Title => "A VM has its GPUs by one method";

    /// <inheritdoc/>
    public override string Why => "A guest has one NVIDIA driver: a vGPU needs one of the branch of its host, a whole GPU any. Whether both kinds work side by side in a VM is not documented.";

    /// <inheritdoc/>
    public override string Source => "No source says that vGPU and DirectPath devices go together in one VM, and none that they do not";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vgpu is { After.Count: > 0, PassthroughDevices: > 0 } vgpu)
        {
            yield return Verdict.Unconfirmed(
                $"{subject.Target.Name} would have {vgpu.PassthroughDevices} GPU(s) by passthrough beside its vGPUs; whether that works is not documented.",
                $"Take one of them away: Get-VmGpu -VM {Typed.Name(subject.Target.Name)} | Remove-VmGpuPassthrough, or Remove-VmVgpuProfile.");
        }
        else if (subject.Vgpu is { After.Count: > 0 })
        {
            yield return Verdict.Holds($"{subject.Target.Name} has its GPUs as vGPUs alone.");
        }
    }
}
