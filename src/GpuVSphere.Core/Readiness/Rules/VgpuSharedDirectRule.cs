using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>A GPU for the profile is Shared Direct.</summary>
internal sealed class VgpuSharedDirectRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-SHARED-DIRECT";

    /// <inheritdoc/>
    public override string Title => "A GPU for the profile is Shared Direct";

    /// <inheritdoc/>
    public override string Why => "A GPU that is Shared serves VMware's own 3D graphics (vSGA). The host then has no resource for a vGPU, and says at power-on only that there is too little.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA vGPU user guide: while the host is still Shared a vGPU VM fails at power-on with too little graphics resource; guide, 6.1";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (VgpuWish wish in subject.Vgpu?.Wishes ?? [])
        {
            GpuDevice[] shared = [.. wish.Gpus.Where(gpu => gpu.GraphicsType == "shared")];
            if (shared.Length == 0 || wish.Gpus.Any(gpu => gpu.GraphicsType == "sharedDirect") || wish.OfferedBy.Count > 0)
            {
                continue;
            }

            yield return Verdict.Confirmed(
                $"{wish.Profile}: {shared[0].HostName} has {string.Join(", ", shared.Select(gpu => gpu.Address))} still as Shared, and vGPU needs Shared Direct.",
                $"Set-HostGraphicsMode -VMHost {shared[0].HostName} -GraphicsType SharedDirect -Reboot");
        }
    }
}
