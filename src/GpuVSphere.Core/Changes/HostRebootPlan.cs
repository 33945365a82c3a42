using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Changes;

/// <summary>What a reboot of a host brings into a plan: the VMs that stand in the way, and what speaks against it. Pure.</summary>
public static class HostRebootPlan
{
    /// <summary>The property under which a plan names the VMs that will be shut down. One that is not named there is not shut down.</summary>
    public const string RunningVms = "running VMs in the way";

    /// <summary>The id of the finding that a running VM makes when it may not be powered off.</summary>
    public const string VmsRule = "HOST-VMS-RUNNING";

    /// <summary>The id of the finding for a host that cannot be rebooted by call.</summary>
    public const string RebootRule = "HOST-REBOOT";

    /// <summary>The id of the finding for a host that nobody could log in to again after its reboot.</summary>
    public const string CredentialRule = "HOST-CREDENTIAL";

    /// <summary>Adds to a plan what the reboot of a host needs: a row for the VMs, a consequence that says what happens to them, a finding for what forbids it.</summary>
    /// <param name="builder">The plan's changes.</param>
    /// <param name="findings">The plan's findings.</param>
    /// <param name="consequences">The plan's consequences.</param>
    /// <param name="target">The host.</param>
    /// <param name="host">The host as it was read.</param>
    /// <param name="vms">The VMs in the way.</param>
    /// <param name="options">How far the change may go.</param>
    /// <param name="canComeBack">Whether there will be a session after the reboot: vCenter's, or a credential is at hand.</param>
    /// <param name="leavesMaintenance">Whether a maintenance mode that the host is in already was entered by this change, which then leaves it.</param>
    public static void AddTo(
        PlanBuilder builder,
        ICollection<Finding> findings,
        ICollection<PlanConsequence> consequences,
        PlanTarget target,
        GpuHost host,
        IReadOnlyList<VmInTheWay> vms,
        HostChangeOptions options,
        bool canComeBack,
        bool leavesMaintenance = false)
    {
        if (Refusal(target, host, vms, options, canComeBack) is { } refusal)
        {
            string rule = refusal.Id switch
            {
                "VmsInTheWay" => VmsRule,
                "CredentialNeeded" => CredentialRule,
                _ => RebootRule,
            };
            findings.Add(new Finding(rule, FindingSeverity.Block, target, refusal.Message, refusal.NextStep) { ErrorId = refusal.Id, ErrorCategory = refusal.Category });
        }

        if (vms.Count > 0 && !host.InMaintenanceMode)
        {
            builder.Change(
                null,
                target,
                RunningVms,
                string.Join(", ", vms.Select(vm => vm.Vm.Name)),
                "shut down, then started again",
                ChangeNeeds.PowerOff);
        }

        consequences.Add(new PlanConsequence(
            target,
            host.InMaintenanceMode
                ? leavesMaintenance ? "is in maintenance mode because of this change, is rebooted, and leaves maintenance mode"
                : "is in maintenance mode already, is rebooted, and stays in maintenance mode"
                : "enters maintenance mode, is rebooted, and leaves maintenance mode; VMs that can be moved are moved by DRS, where it is fully automated"));
    }

    internal static GpuVSphereException? Refusal(PlanTarget target, GpuHost host, IReadOnlyList<VmInTheWay> vms, HostChangeOptions options, bool canComeBack)
    {
        if (!host.IsRebootSupported)
        {
            return new GpuVSphereException(
                "RebootNotSupported",
                GpuErrorCategory.NotSupported,
                $"{target.Name} says that it cannot be rebooted through vSphere. Nothing was changed on it.",
                target.Name,
                "Run the command without -Reboot, then reboot the host by hand.");
        }

        if (!canComeBack)
        {
            return new GpuVSphereException(
                "CredentialNeeded",
                GpuErrorCategory.AuthenticationFailed,
                $"{target.Name} is connected to directly, so the session ends with its reboot, and no credential is at hand to log in again. Nothing was changed on it.",
                target.Name,
                "Connect with Connect-GpuVSphere -Server <host> -Credential <credential>, or through vCenter, then run the command again.");
        }

        if (vms.Count == 0 || host.InMaintenanceMode)
        {
            return null;
        }

        if (!options.PowerOff)
        {
            return new GpuVSphereException(
                "VmsInTheWay",
                GpuErrorCategory.InvalidState,
                $"{target.Name} cannot enter maintenance mode while these VMs run: {List(vms)}. Nothing was changed on it.",
                target.Name,
                "Move or shut them down, or add -PowerOff: they are then shut down through their guests and started again afterwards.");
        }

        VmInTheWay[] mute = vms.Where(vm => !vm.CanShutDown).ToArray();
        return mute.Length == 0 || options.Force ? null : new GpuVSphereException(
            "VmsInTheWay",
            GpuErrorCategory.InvalidState,
            $"{target.Name}: VMware Tools do not run in {string.Join(", ", mute.Select(vm => vm.Vm.Name))}, so the guest cannot be asked to shut down. Nothing was changed on the host.",
            target.Name,
            "Shut them down by hand, or allow a hard power-off with -PowerOff -Force.");
    }

    internal static void RefuseUnplanned(PlanTarget target, IReadOnlyList<VmInTheWay> vms, IEnumerable<PlannedChange> changes)
    {
        PlannedChange planned = changes.FirstOrDefault(change => change.Property == RunningVms) ?? new PlannedChange(target, RunningVms, null, null);
        HashSet<string> known = new((planned.Before ?? string.Empty).Split([", "], StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
        if (vms.SelectMany(vm => vm.Vm.Name.Split([", "], StringSplitOptions.RemoveEmptyEntries)).Any(name => !known.Contains(name)))
        {
            throw new PlanIsStaleException(planned, string.Join(", ", vms.Select(vm => vm.Vm.Name)));
        }
    }

    // A host full of vGPU VMs has one reason for all of them.
    private static string List(IEnumerable<VmInTheWay> vms) =>
        string.Join("; ", vms.GroupBy(vm => vm.Reason).Select(same => $"{string.Join(", ", same.Select(vm => vm.Vm.Name))} ({(same.Skip(1).Any() ? "each " : string.Empty)}{same.Key})"));
}
