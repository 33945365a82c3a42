using System.Collections.Generic;
using GpuVSphere.Changes;

namespace GpuVSphere.Readiness.Rules;

/// <summary>DRS does by itself what is expected of it.</summary>
internal sealed class DrsAutomationRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DRS-AUTOMATION";

    /// <inheritdoc/>
    public override string Title => "The automation of DRS suits VMs with vGPUs, and empties a host";

    /// <inheritdoc/>
    public override string Why =>
        "Only where DRS is fully automated does it move VMs away from a host that enters maintenance mode. For VMs with vGPUs NVIDIA asks for partially automated or manual, so that DRS does not stun them to balance load.";

    /// <inheritdoc/>
    public override string Source => "vSphere API: DrsBehavior, EnterMaintenanceMode_Task; NVIDIA vGPU user guide, vMotion on VMware vSphere";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.Evacuate | ReadinessAction.EnableMigration;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.Migration;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Migration is not { } migration || (subject.Action == ReadinessAction.EnableMigration && subject.Target.Id.Reference.Type != "ClusterComputeResource"))
        {
            yield break;
        }

        bool empties = subject.Action == ReadinessAction.Evacuate;
        if (migration.ClusterName is not { } cluster)
        {
            if (empties)
            {
                yield return Verdict.Confirmed($"{subject.Target.Name} is in no cluster: nothing moves its VMs by itself.", $"Move them to other hosts, or shut them down, before {subject.Target.Name} enters maintenance mode.");
            }

            yield break;
        }

        if (!migration.Drs.IsKnown)
        {
            yield return Verdict.Unconfirmed($"What DRS of {cluster} does by itself cannot be read: {migration.Drs.WhyUnknown}.", $"Look at the DRS settings of {cluster}.");
            yield break;
        }

        DrsSettings drs = migration.Drs.Value!;
        string level = drs.IsEnabled ? Say(drs.Automation) : "off";
        string next = MigrationSubject.Command(subject, "-DrsAutomation FullyAutomated");
        if (empties)
        {
            yield return drs.MovesByDefault
                ? Verdict.Holds($"DRS of {cluster} is fully automated.")
                : Verdict.Confirmed($"DRS of {cluster} is {level}: it moves no VM by itself as {subject.Target.Name} enters maintenance mode.", next);
        }
        else if (subject.Action == ReadinessAction.EnableMigration && !drs.IsEnabled)
        {
            yield return Verdict.Unconfirmed($"DRS of {cluster} is off: it neither places VMs nor moves them.", next);
        }
        else
        {
            yield return drs.MovesByDefault
                ? Verdict.Advice(
                    $"DRS of {cluster} is fully automated. NVIDIA asks for partially automated or manual for VMs with vGPUs; a level for single VMs does that and leaves the others to DRS.",
                    "Set it for the VMs with vGPUs in the cluster's VM overrides.")
                : Verdict.Holds($"DRS of {cluster} is {level}.");
        }
    }

    private static string Say(DrsAutomation level) => level switch
    {
        DrsAutomation.FullyAutomated => "fully automated",
        DrsAutomation.PartiallyAutomated => "partially automated",
        _ => "manual",
    };
}
