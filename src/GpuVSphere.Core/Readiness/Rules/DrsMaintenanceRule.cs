using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;

namespace GpuVSphere.Readiness.Rules;

/// <summary>DRS is told to deal with VMs with vGPUs when a host enters maintenance mode.</summary>
internal sealed class DrsMaintenanceRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DRS-VGPU-MAINTENANCE";

    /// <inheritdoc/>
    public override string Title => "DRS is told to deal with VMs with vGPUs when a host enters maintenance mode";

    /// <inheritdoc/>
    public override string Why => "DRS does not move VMs with vGPUs away by itself: the host never enters maintenance mode, and the remediation of an image hangs.";

    /// <inheritdoc/>
    public override string Source => "KB 88271, which names the DRS option VgpuMMAutomationTimeoutSecs; its exact effect is not documented there";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.Evacuate | ReadinessAction.EnableMigration;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.Migration;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Migration is not { ClusterName: { } cluster } migration || !MigrationSubject.Concerns(subject)
            || (subject.Action == ReadinessAction.EnableMigration && subject.Target.Id.Reference.Type != "ClusterComputeResource"))
        {
            yield break;
        }

        if (!migration.Drs.IsKnown)
        {
            yield return Verdict.Unconfirmed($"The DRS options of {cluster} cannot be read: {migration.Drs.WhyUnknown}.", $"Look for {DrsSettings.MaintenanceOption} in the advanced options of DRS of {cluster}.");
            yield break;
        }

        if (migration.Drs.Value!.Option(DrsSettings.MaintenanceOption) is { } seconds)
        {
            yield return Verdict.Holds($"{DrsSettings.MaintenanceOption} of {cluster} is {seconds}.");
            yield break;
        }

        string message = $"{DrsSettings.MaintenanceOption} is not set for {cluster}: DRS does not move VMs with vGPUs by itself when a host enters maintenance mode (KB 88271).";
        string next = MigrationSubject.Command(subject, "-MaintenanceTimeoutSeconds <seconds>") + ", or move them by hand before.";
        yield return subject.Action switch
        {
            ReadinessAction.Evacuate => Verdict.Confirmed(message, next),
            ReadinessAction.EnableMigration => Verdict.Unconfirmed(message, next),
            _ => Verdict.Advice(message, next),
        };
    }
}
