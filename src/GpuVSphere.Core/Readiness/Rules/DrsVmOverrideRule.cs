using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>No VM is kept on its host by a DRS setting of its own.</summary>
internal sealed class DrsVmOverrideRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DRS-VM-OVERRIDE";

    /// <inheritdoc/>
    public override string Title => "No VM is kept on its host by a DRS setting of its own";

    /// <inheritdoc/>
    public override string Why => "What is set for a single VM comes before what is set for the cluster: DRS leaves it where it is, and its host does not enter maintenance mode.";

    /// <inheritdoc/>
    public override string Source => "vSphere API: ClusterDrsVmConfigInfo, ClusterDrsConfigInfo.enableVmBehaviorOverrides";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.Evacuate;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.Migration;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        // Where DRS moves nothing by itself, no override keeps it from doing so; and what it is set to being unreadable is said by another rule.
        if (subject.Host is not { } host || subject.Migration is not { Drs: { IsKnown: true, Value: { MovesByDefault: true } drs } })
        {
            yield break;
        }

        GpuVm[] kept = [.. subject.OtherVms
            .Where(vm => vm.Host == host.Id.Reference && vm.IsRunning && drs.VmLevels.ContainsKey(vm.Id.Reference) && !drs.Moves(vm.Id.Reference))
            .OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase)];
        if (kept.Length == 0)
        {
            yield return Verdict.Holds($"No running VM of {host.Name} has an override that keeps it there.");
            yield break;
        }

        yield return Verdict.Confirmed(
            $"{string.Join(", ", kept.Select(vm => $"{vm.Name} ({Say(drs.VmLevels[vm.Id.Reference])})"))} of {host.Name} {(kept.Length == 1 ? "has a DRS level of its own" : "have DRS levels of their own")}: DRS does not move {(kept.Length == 1 ? "it" : "them")} by itself.",
            $"Move {(kept.Length == 1 ? "it" : "them")} before {host.Name} enters maintenance mode, or change the VM overrides of the cluster.");
    }

    private static string Say(DrsAutomation? level) => level switch
    {
        null => "DRS off",
        DrsAutomation.PartiallyAutomated => "partially automated",
        DrsAutomation.FullyAutomated => "fully automated",
        _ => "manual",
    };
}
