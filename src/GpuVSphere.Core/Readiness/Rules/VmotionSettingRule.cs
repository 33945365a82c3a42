using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>vCenter lets running VMs with vGPUs move.</summary>
internal sealed class VmotionSettingRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VMOTION-SETTING";

    /// <inheritdoc/>
    public override string Title => "vCenter lets running VMs with vGPUs move";

    /// <inheritdoc/>
    public override string Why => "Without vCenter's setting vgpu.hotmigrate.enabled vMotion of a VM with a vGPU is refused, so that its host is emptied only by shutting it down.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA vGPU user guide, vMotion on VMware vSphere: the vCenter advanced setting vgpu.hotmigrate.enabled";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.PowerOn | ReadinessAction.Evacuate;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.Migration;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Migration is not { } migration || !MigrationSubject.Concerns(subject))
        {
            yield break;
        }

        string command = MigrationSubject.Command(subject);
        if (!migration.HotMigrate.IsKnown)
        {
            yield return Verdict.Unconfirmed(
                $"Whether vCenter lets running VMs with vGPUs move ({MigrationReader.HotMigrateKey}) cannot be read: {migration.HotMigrate.WhyUnknown}",
                "Look at the advanced settings of the vCenter, or connect with an account that has System.Read on the root folder.");
        }
        else if (migration.HotMigrate.Value)
        {
            yield return Verdict.Holds($"{MigrationReader.HotMigrateKey} is true.");
        }
        else
        {
            string message = $"{MigrationReader.HotMigrateKey} is not true in the vCenter, so vMotion of running VMs with vGPUs is refused.";
            yield return subject.Action == ReadinessAction.Evacuate ? Verdict.Confirmed(message, command) : Verdict.Advice(message, command);
        }
    }
}
