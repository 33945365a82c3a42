using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.PowerOn;

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
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.UseVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Action == ReadinessAction.UseVgpu)
        {
            foreach (Verdict verdict in OfHost(subject))
            {
                yield return verdict;
            }
        }

        foreach (VgpuWish wish in subject.Vgpu?.Wishes ?? [])
        {
            GpuDevice[] shared = [.. wish.Gpus.Where(gpu => gpu.GraphicsType == "shared")];
            if (wish.Gpus.FirstOrDefault(gpu => gpu.GraphicsType == "sharedDirect") is { } direct)
            {
                yield return Verdict.Holds($"{wish.Profile}: {direct.HostName} has {direct.Address} as Shared Direct.");
            }

            if (shared.Length == 0 || wish.Gpus.Any(gpu => gpu.GraphicsType == "sharedDirect") || wish.OfferedBy.Count > 0)
            {
                continue;
            }

            yield return Verdict.Confirmed(
                $"{wish.Profile}: {shared[0].HostName} has {string.Join(", ", shared.Select(gpu => gpu.Address))} still as Shared, and vGPU needs Shared Direct.",
                $"Set-HostGraphicsMode -VMHost {Typed.Name(shared[0].HostName)} -GraphicsType SharedDirect -Reboot");
        }
    }

    private static IEnumerable<Verdict> OfHost(ReadinessSubject subject)
    {
        GpuDevice[] direct = [.. subject.Devices.Where(gpu => gpu.GraphicsType == "sharedDirect")];
        GpuDevice[] shared = [.. subject.Devices.Where(gpu => gpu.GraphicsType == "shared")];
        string host = subject.Target.Name;
        if (direct.Length > 0)
        {
            yield return Verdict.Holds($"{host} has {string.Join(", ", direct.Select(gpu => gpu.Address))} as Shared Direct.");
        }

        if (shared.Length > 0)
        {
            string addresses = string.Join(", ", shared.Select(gpu => gpu.Address));
            string message = $"{host} has {addresses} still as Shared, and vGPU needs Shared Direct.";
            yield return direct.Length == 0
                ? Verdict.Confirmed(message, $"Set-HostGraphicsMode -VMHost {Typed.Name(host)} -GraphicsType SharedDirect -Reboot")
                : Verdict.Unconfirmed(message, $"Set-HostGraphicsMode -VMHost {Typed.Name(host)} -Device {addresses.Replace(", ", ",")} -GraphicsType SharedDirect -Reboot, unless it is meant for VMware's own 3D graphics.");
        }
    }
}
