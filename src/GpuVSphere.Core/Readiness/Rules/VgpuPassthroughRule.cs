using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>A GPU for the profile is not in passthrough.</summary>
internal sealed class VgpuPassthroughRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-PASSTHROUGH";

    /// <inheritdoc/>
    public override string Title => "A GPU for the profile is not in passthrough";

    /// <inheritdoc/>
    public override string Why => "A GPU in passthrough has left the VMkernel, so that the host driver makes no vGPU on it, and the profile disappears from what the host offers.";

    /// <inheritdoc/>
    public override string Source => "A GPU in passthrough has left the VMkernel, so NVIDIA's host driver does not see it (vim25-gpu.md 2.2, 2.3: graphics type direct)";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (VgpuWish wish in subject.Vgpu?.Wishes ?? [])
        {
            GpuDevice[] taken = [.. wish.Gpus.Where(gpu => gpu.IsActive || gpu.GraphicsType == "direct")];
            if (taken.Length < wish.Gpus.Count)
            {
                yield return Verdict.Holds(
                    $"{wish.Profile}: {wish.Gpus[0].HostName} has {string.Join(", ", wish.Gpus.Except(taken).Select(gpu => gpu.Address))} for it, not in passthrough.");
            }

            if (taken.Length == 0 || taken.Length < wish.Gpus.Count || wish.OfferedBy.Count > 0)
            {
                continue;
            }

            string addresses = string.Join(", ", taken.Select(gpu => gpu.Address));
            yield return Verdict.Confirmed(
                $"{wish.Profile}: every GPU of {taken[0].HostName} for it is in passthrough ({addresses}).",
                $"Disable-GpuPassthrough -VMHost {Typed.Name(taken[0].HostName)} -Device {taken[0].Address} -Reboot, then Set-HostGraphicsMode; or give the GPU as a whole with Add-VmGpuPassthrough.");
        }
    }
}
