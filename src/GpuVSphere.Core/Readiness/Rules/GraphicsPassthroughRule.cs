using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>A GPU that is to serve vGPUs is not in passthrough.</summary>
internal sealed class GraphicsPassthroughRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GRAPHICS-PASSTHROUGH";

    /// <inheritdoc/>
    public override string Title => "A GPU that gets a graphics type is not in passthrough";

    /// <inheritdoc/>
    public override string Why => "A GPU in passthrough has left the VMkernel: the host driver does not see it, so that it serves no vGPU whatever its graphics type says.";

    /// <inheritdoc/>
    public override string Source => "HostGraphicsInfoGraphicsType: direct is passthrough; NVIDIA's user guide: the host driver does not see such GPUs";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.SetGraphics | ReadinessAction.InstallDriver | ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        GpuDevice[] away = [.. subject.Devices.Where(device => device.IsEnabled || device.IsActive)];
        if (away.Length == 0)
        {
            if (subject.Devices.Count > 0)
            {
                yield return Verdict.Holds($"{string.Join(", ", subject.Devices.Select(device => device.Address.ToString()))} on {subject.Target.Name} {(subject.Devices.Count == 1 ? "is" : "are")} not in passthrough mode.");
            }

            yield break;
        }

        string names = string.Join(", ", away.Select(device => device.Address.ToString()));
        string next = $"Disable-GpuPassthrough -VMHost {Typed.Name(subject.Target.Name)} -Device {string.Join(",", away.Select(device => device.Address.ToString()))} -Reboot gives {(away.Length == 1 ? "it" : "them")} back to the host.";
        if (subject.Graphics?.NamesDevices == true || away.Length == subject.Devices.Count)
        {
            yield return Verdict.Confirmed($"{names} on {subject.Target.Name} {(away.Length == 1 ? "is" : "are")} in passthrough mode, so the host cannot use {(away.Length == 1 ? "it" : "them")} for vGPUs.", next);
        }
        else
        {
            yield return Verdict.Advice($"{names} on {subject.Target.Name} {(away.Length == 1 ? "is" : "are")} in passthrough mode and left as {(away.Length == 1 ? "it is" : "they are")}.", next);
        }
    }
}
