using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host has an NVIDIA GPU.</summary>
internal sealed class HostGpuRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "HOST-GPU";

    /// <inheritdoc/>
    public override string Title => "The host has an NVIDIA GPU";

    /// <inheritdoc/>
    public override string Why => "A graphics type, a driver or a scheduler is nothing without a GPU; a host that lost its GPU, by a loose card or by the server's firmware, looks like one that never had any.";

    /// <inheritdoc/>
    public override string Source => "HostHardwareInfo.pciDevice: no display device of vendor 0x10DE";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.SetGraphics | ReadinessAction.InstallDriver | ReadinessAction.SetScheduler
        | ReadinessAction.UsePassthrough | ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is { IsConnected: true, Devices.Count: 0 })
        {
            yield return Verdict.Confirmed(
                $"{subject.Target.Name} has no NVIDIA GPU.",
                "Get-GpuDevice lists the hosts that have one.");
        }
        else if (subject.Host is { IsConnected: true } host)
        {
            yield return Verdict.Holds($"{host.Name} has {string.Join(", ", host.Devices.GroupBy(device => device.Model ?? device.Name).Select(model => $"{model.Count()} x {model.Key}"))}.");
        }
    }
}
