using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;

namespace GpuVSphere.Readiness.Rules;

/// <summary>GPUs of one model have the same ECC throughout a cluster.</summary>
internal sealed class EccFellowsRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "ECC-FELLOWS";

    /// <inheritdoc/>
    public override string Title => "GPUs of one model have the same ECC in the host's cluster";

    /// <inheritdoc/>
    public override string Why => "A running VM with a vGPU moves only to a GPU of the same model with the same ECC. Where they differ, vMotion is refused although there is room.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA's vGPU user guide, vMotion: the destination has the same ECC as the source";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.NvidiaSmi;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true, Cluster: not null } host || ConfiguredGpus.OfDriver(subject).Count == 0)
        {
            yield break;
        }

        if (subject.NvidiaSmi is not { IsKnown: true, Value: { } told })
        {
            string cluster = host.ClusterName ?? host.Name;
            yield return Verdict.Unconfirmed(
                $"Whether the GPUs of {host.ClusterName ?? "the cluster"} have the same ECC cannot be read, because {subject.NvidiaSmi.WhyUnknown}: confirm.",
                $"Test-GpuReadiness -Cluster {Typed.Name(cluster)} -NvidiaSmi (Get-NvidiaSmi -Cluster {Typed.Name(cluster)}) decides it.");
            yield break;
        }

        foreach (IGrouping<string, NvidiaSmiGpu> model in told.Where(gpu => gpu.EccCurrent is not null).GroupBy(gpu => gpu.Name))
        {
            NvidiaSmiGpu[] all = [.. model, .. subject.ClusterGpus.Where(gpu => gpu.Name == model.Key && gpu.EccCurrent is not null)];
            if (all.Select(gpu => gpu.EccCurrent).Distinct().Skip(1).Any())
            {
                string on = string.Join(", ", all.Where(gpu => gpu.EccCurrent == true).Select(Where));
                string off = string.Join(", ", all.Where(gpu => gpu.EccCurrent == false).Select(Where));
                yield return Verdict.Unconfirmed(
                    $"{model.Key}: ECC is on for {on}, and off for {off}. Running VMs with vGPUs do not move between the two.",
                    "Make them the same with Set-GpuEcc; since vGPU 9.0 on is right.");
            }
            else
            {
                yield return Verdict.Holds($"{model.Key}: ECC is {(all[0].EccCurrent == true ? "on" : "off")} for all {all.Length} that were read.");
            }
        }
    }

    private static string Where(NvidiaSmiGpu gpu) => $"{gpu.Address} on {gpu.HostName}";
}
