using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.Decision;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The release of ESXi moves running VMs with vGPUs.</summary>
internal sealed class VmotionReleaseRule : ReadinessRule
{
    private const string First = "6.7.1";

    /// <inheritdoc/>
    public override string Id => "VMOTION-RELEASE";

    /// <inheritdoc/>
    public override string Title => "The release of ESXi moves running VMs with vGPUs";

    /// <inheritdoc/>
    public override string Why => "vMotion with a vGPU came with vSphere 6.7 U1; before it such a VM has to be shut down when its host is emptied.";

    /// <inheritdoc/>
    public override string Source => "guide, chapters 5 and 7: vMotion of vGPUs from vSphere 6.7 Update 1 on; NVIDIA vGPU 7.0 and later";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.PowerOn | ReadinessAction.Evacuate | ReadinessAction.EnableMigration;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Action == ReadinessAction.EnableMigration)
        {
            GpuHost[] hosts = [.. (subject.Migration?.ClusterHosts ?? []).Where(host => host.Version.Length > 0)];
            GpuHost[] old = [.. hosts.Where(host => !VsphereLevel.IsAtLeast(host, First))];
            if (old.Length > 0)
            {
                yield return Verdict.Unconfirmed(
                    $"{string.Join(", ", old.Select(host => host.Name))} of {subject.Target.Name} {(old.Length == 1 ? "runs" : "run")} ESXi before 6.7 U1: running VMs with vGPUs do not move from or to {(old.Length == 1 ? "it" : "them")}.",
                    "Bring the hosts to 6.7 U1 or later.");
            }
            else if (hosts.Length > 0)
            {
                yield return Verdict.Holds($"Every host of {subject.Target.Name} runs ESXi 6.7 U1 or later.");
            }

            yield break;
        }

        if (subject.Host is not { } own || !MigrationSubject.Concerns(subject))
        {
            yield break;
        }

        if (own.Version.Length == 0)
        {
            yield return Verdict.Unconfirmed($"Which release of ESXi {own.Name} runs cannot be read: it is {own.ConnectionState}.", "vMotion with a vGPU needs 6.7 U1 or later.");
        }
        else if (VsphereLevel.IsAtLeast(own, First))
        {
            yield return Verdict.Holds($"{own.Name} runs ESXi {own.Version}, build {own.Build}.");
        }
        else
        {
            string message = $"{own.Name} runs ESXi {own.Version}, build {own.Build}: VMs with vGPUs move while they run from 6.7 U1 on.";
            const string Next = "Bring the hosts to 6.7 U1 or later, and NVIDIA's driver to vGPU 7.0 or later.";
            yield return subject.Action == ReadinessAction.Evacuate ? Verdict.Confirmed(message, Next) : Verdict.Advice(message, Next);
        }
    }
}
