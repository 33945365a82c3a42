using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>Which cmdlets the account may use on the object.</summary>
internal sealed class PrivilegeCmdletRule : ReadinessRule
{
    private const string Migration = "Enable-VgpuMigration";

    /// <inheritdoc/>
    public override string Id => "PRIVILEGE-CMDLET";

    /// <inheritdoc/>
    public override string Title => "The account may use the cmdlets that make it ready";

    /// <inheritdoc/>
    public override string Why => "A call without its privilege is refused in the middle of a change of many objects. Which cmdlet needs which privilege is not told by vSphere before it is used.";

    /// <inheritdoc/>
    public override string Source => "vSphere API: the privileges named with each method; effectiveRole with the role list gives those of the account";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyUse;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.Migration;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        IReadOnlyCollection<string>? held = subject.Vm is { } vm ? vm.Privileges : subject.Host?.Privileges;
        CmdletPrivileges[] meant = [.. CmdletPrivileges.All.Where(cmdlet => (cmdlet.Use & subject.Action) != 0)];
        if (held is null)
        {
            yield return Verdict.Unconfirmed(
                $"The privileges of this account on {subject.Target.Name} cannot be read: confirm {string.Join(", ", meant.SelectMany(cmdlet => cmdlet.Privileges).Distinct())}.", "Look at the roles of the account in vCenter (Administration, Access Control), or connect with one that may read them.");
            yield break;
        }

        foreach (CmdletPrivileges cmdlet in meant)
        {
            string[] missing = [.. cmdlet.Privileges.Where(privilege => !held.Contains(privilege))];
            string[] sometimes = [.. cmdlet.Besides.Where(one => !held.Contains(one.Privilege)).Select(one => $"{one.Privilege} ({one.When})")];
            string needed = string.Join(", ", cmdlet.Privileges);
            if (missing.Length > 0)
            {
                yield return Verdict.Unconfirmed(
                    $"{cmdlet.Cmdlet} on {subject.Target.Name} would be refused to this account: it lacks {string.Join(", ", missing)}.",
                    $"Ask for a role with {string.Join(", ", missing)} on {subject.Target.Name}, or connect with another account.");
            }
            else if (sometimes.Length > 0)
            {
                yield return Verdict.Advice($"{cmdlet.Cmdlet} on {subject.Target.Name} may be used by this account, which lacks {string.Join(", ", sometimes)}.");
            }
            else
            {
                yield return Verdict.Holds($"{cmdlet.Cmdlet} on {subject.Target.Name}: the account has {(needed.Length > 0 ? needed : "what it needs of vSphere")}.");
            }
        }

        if (subject.Action == ReadinessAction.UseVgpu && subject.Migration is { } migration)
        {
            yield return OfMigration(subject.Target.ServerName, migration);
        }
    }

    // What it sets is not of the host: the account's role on the vCenter decides, and on the cluster.
    private static Verdict OfMigration(string vCenter, MigrationEvidence migration)
    {
        if (migration.VCenterPrivileges is not { } held)
        {
            return Verdict.Unconfirmed(
                $"{Migration} on {vCenter}: the privileges of this account there cannot be read; confirm {CmdletPrivileges.MigrationSetting}.", "Look at the roles of the account on the vCenter itself (Administration, Access Control).");
        }

        if (!held.Contains(CmdletPrivileges.MigrationSetting))
        {
            return Verdict.Unconfirmed(
                $"{Migration} on {vCenter} would be refused to this account: it lacks {CmdletPrivileges.MigrationSetting}.",
                $"Ask for a role with {CmdletPrivileges.MigrationSetting} on {vCenter}, or connect with another account.");
        }

        return migration.ClusterName is { } cluster && migration.ClusterPrivileges?.Contains(CmdletPrivileges.MigrationCluster) == false
            ? Verdict.Advice($"{Migration} on {vCenter} may be used by this account, which lacks {CmdletPrivileges.MigrationCluster} (to set DRS of {cluster}).")
            : Verdict.Holds($"{Migration} on {vCenter}: the account has {CmdletPrivileges.MigrationSetting}.");
    }
}
