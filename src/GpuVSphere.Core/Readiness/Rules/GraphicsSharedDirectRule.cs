using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The GPUs that are to serve vGPUs are Shared Direct.</summary>
internal sealed class GraphicsSharedDirectRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GRAPHICS-SHARED-DIRECT";

    /// <inheritdoc/>
    public override string Title => "The GPUs that are to serve vGPUs are Shared Direct";

    /// <inheritdoc/>
    public override string Why => "A GPU that is Shared draws for virtual desktops and gives no vGPU. A VM with a vGPU then fails at power-on with too little graphics resource, although the GPU is idle.";

    /// <inheritdoc/>
    public override string Source => "Learning guide 6.1.2; NVIDIA's vGPU user guide; vim25 HostGraphicsInfo.graphicsType";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host)
        {
            yield break;
        }

        IReadOnlyList<GpuDevice> gpus = ConfiguredGpus.OfDriver(host);
        bool hasOne = gpus.Any(device => device.GraphicsType == "sharedDirect");
        foreach (GpuDevice device in gpus)
        {
            string name = ConfiguredGpus.Word(host);
            switch (device.GraphicsType)
            {
                case "sharedDirect":
                    yield return Verdict.Holds($"{ConfiguredGpus.Say(device)} on {host.Name} is Shared Direct.");
                    break;
                case "shared":
                    string seen = $"{ConfiguredGpus.Say(device)} on {host.Name} is Shared, and vGPUs need Shared Direct.";
                    string next = $"Set-HostGraphicsMode -VMHost {name} -GraphicsType SharedDirect -Reboot";

                    // One that draws for desktops beside others that serve vGPUs may be meant so.
                    yield return hasOne ? Verdict.Unconfirmed(seen, next) : Verdict.Confirmed(seen, next);
                    break;
                case "basic":
                    yield return Verdict.Unconfirmed(
                        $"Without a running driver the type of {ConfiguredGpus.Say(device)} on {host.Name} is not in force: confirm what is configured.",
                        $"Get-HostGraphicsMode -VMHost {name} shows it; Set-HostGraphicsMode -VMHost {name} -GraphicsType SharedDirect sets it.");
                    break;
                default:
                    yield return Verdict.Unconfirmed($"The graphics type of {ConfiguredGpus.Say(device)} on {host.Name} cannot be read: confirm that it is Shared Direct.", $"Get-HostGraphicsMode -VMHost {name} shows it.");
                    break;
            }
        }
    }
}
