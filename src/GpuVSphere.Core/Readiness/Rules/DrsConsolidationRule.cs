using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.Decision;

namespace GpuVSphere.Readiness.Rules;

/// <summary>DRS fills GPUs one after the other.</summary>
internal sealed class DrsConsolidationRule : ReadinessRule
{
    private const string First = "8.0.2";

    /// <inheritdoc/>
    public override string Id => "DRS-VGPU-CONSOLIDATION";

    /// <inheritdoc/>
    public override string Title => "DRS fills GPUs one after the other";

    /// <inheritdoc/>
    public override string Why => "Small vGPUs spread over all GPUs leave no GPU free for a large one, and a host that is emptied finds no room for it elsewhere.";

    /// <inheritdoc/>
    public override string Source => "vSphere 8.0 U2 and later: the DRS option VgpuVmConsolidation";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.EnableMigration;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.Migration;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Migration is not { ClusterName: { } cluster } migration
            || (subject.Action == ReadinessAction.EnableMigration && subject.Target.Id.Reference.Type != "ClusterComputeResource"))
        {
            yield break;
        }

        GpuHost[] hosts = [.. (subject.Host is { } own ? [own] : migration.ClusterHosts).Where(host => host.Version.Length > 0)];
        bool isNew = hosts.Length > 0 && hosts.All(host => VsphereLevel.IsAtLeast(host, First));
        if (!migration.Drs.IsKnown)
        {
            // The option means nothing before 8.0 U2, so there nothing is to be confirmed.
            if (isNew)
            {
                yield return Verdict.Unconfirmed($"The DRS options of {cluster} cannot be read: {migration.Drs.WhyUnknown}.", $"Look for {DrsSettings.ConsolidationOption} in the advanced options of DRS of {cluster}.");
            }

            yield break;
        }

        string? value = migration.Drs.Value!.Option(DrsSettings.ConsolidationOption);
        if (value is null)
        {
            if (isNew)
            {
                yield return Verdict.Advice(
                    $"{DrsSettings.ConsolidationOption} is not set for {cluster}: DRS spreads VMs with vGPUs over the GPUs.",
                    MigrationSubject.Command(subject, "-DrsOption @{ " + DrsSettings.ConsolidationOption + " = 1 }"));
            }
        }
        else if (isNew || hosts.Length == 0)
        {
            yield return Verdict.Holds($"{DrsSettings.ConsolidationOption} of {cluster} is {value}.");
        }
        else
        {
            yield return Verdict.Unconfirmed(
                $"{DrsSettings.ConsolidationOption} of {cluster} is {value}, and not all hosts are of 8.0 U2 or later, which brought it ({string.Join(", ", hosts.Where(host => !VsphereLevel.IsAtLeast(host, First)).Select(host => host.Name))}): whether it has an effect is not known.",
                "Bring the hosts to 8.0 U2 or later.");
        }
    }
}
