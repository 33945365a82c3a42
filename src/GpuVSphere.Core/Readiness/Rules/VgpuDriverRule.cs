using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host has the driver for vGPU.</summary>
internal sealed class VgpuDriverRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-DRIVER";

    /// <inheritdoc/>
    public override string Title => "The host has the driver for vGPU";

    /// <inheritdoc/>
    public override string Why => "vGPUs are made by NVIDIA's driver in the host. Without it no profile is offered, and a VM that has one fails when it is powered on.";

    /// <inheritdoc/>
    public override string Source => "vim25 HostGraphicsInfo.graphicsType basic: no host driver is available; guide, 6.1";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (VgpuWish wish in subject.Vgpu?.Wishes ?? [])
        {
            GpuDevice[] bare = [.. wish.Gpus.Where(gpu => gpu.GraphicsType == "basic" && !gpu.IsActive)];
            if (bare.Length == 0 || wish.Gpus.Any(gpu => gpu.GraphicsType is "shared" or "sharedDirect") || wish.OfferedBy.Count > 0)
            {
                continue;
            }

            yield return Verdict.Confirmed(
                $"{wish.Profile}: {bare[0].HostName} has no host driver for {string.Join(", ", bare.Select(gpu => gpu.Address))} (graphics type basic).",
                $"Install-NvidiaVib -VMHost {bare[0].HostName} -Path <package> -SetGraphicsMode -Reboot");
        }
    }
}
