using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>There is room for the vGPUs on a GPU.</summary>
internal sealed class VgpuRoomRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-ROOM";

    /// <inheritdoc/>
    public override string Title => "There is room for the vGPUs on a GPU";

    /// <inheritdoc/>
    public override string Why => "Free memory is not room: in same-size mode the first vGPU fixes the size of all others of its GPU, in mixed-size mode and with MIG only some places are allowed.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA vGPU user guide: one size per GPU in same-size mode, placements in mixed-size mode, GPU instances in MIG mode; InsufficientGraphicsResourcesFault at power-on";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        // Where the host does not offer a profile at all, that is the reason, and another rule says it.
        if (subject.Vgpu is { HasRoom: true, After.Count: > 0 } fitting && fitting.After.All(wish => wish.IsOffered == true))
        {
            yield return Verdict.Holds($"{subject.Host?.Name ?? "The host"} has room for {string.Join(", ", fitting.After.GroupBy(wish => wish.Profile).Select(same => $"{same.Count()} x {same.Key}"))}.");
        }

        if (subject.Vgpu is not { } vgpu || vgpu.HasRoom == true || vgpu.After.Any(wish => wish.IsOffered != true))
        {
            yield break;
        }

        string why = vgpu.WhyNoRoom?.Trim() ?? "Whether there is room for its vGPUs is not certain.";
        string hostName = subject.Host?.Name ?? "the host";
        if (vgpu.HostsWithRoom.Count > 0)
        {
            yield return Verdict.Unconfirmed(
                $"{why} {string.Join(", ", vgpu.HostsWithRoom)} of the same cluster has room: it can be powered on there.",
                $"Move {subject.Target.Name} to {vgpu.HostsWithRoom[0]}, or let DRS place it.");
        }
        else if (vgpu.HasRoom == false)
        {
            yield return Verdict.Confirmed(
                $"{subject.Target.Name} could not be powered on with its vGPUs. {why}",
                $"Ask for fewer, shut down or move a VM that is in the way, or name another profile: Get-GpuCapacity -VMHost {Typed.Name(hostName)} shows what still fits.{(subject.Action == ReadinessAction.AddVgpu ? " To configure it all the same: -SkipRule VGPU-ROOM." : string.Empty)}");
        }
        else
        {
            yield return Verdict.Unconfirmed(why, $"Get-GpuCapacity -VMHost {Typed.Name(hostName)} shows what still fits.");
        }
    }
}
