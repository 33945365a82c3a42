using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.Rules;

namespace GpuVSphere.Readiness;

/// <summary>The rules, and how they are run.</summary>
public static class ReadinessRules
{
    /// <summary>Every rule there is, hosts before devices before VMs.</summary>
    public static IReadOnlyList<ReadinessRule> All { get; } = Array.AsReadOnly<ReadinessRule>(
    [
        new HostConnectedRule(),
        new HostVersionRule(),
        new HostLargeBarRule(),
        new HostUsbBootRule(),
        new PrivilegeHostRule(),
        new PrivilegeCmdletRule(),
        new PrivilegeClusterRule(),
        new HostGpuRule(),
        new DeviceSupportedRule(),
        new HostImageRule(),
        new DriverRunningRule(),
        new DriverEsxiRule(),
        new DriverFlavourRule(),
        new DriverHopperAdaRule(),
        new GraphicsPassthroughRule(),
        new GraphicsVmsRunningRule(),
        new VgpuModeRule(),
        new VibImageRule(),
        new VibNvidiaRule(),
        new VibTwiceRule(),
        new VibEsxiRule(),
        new VibFlavourRule(),
        new VibOtherDriverRule(),
        new VibAcceptanceRule(),
        new VibSpaceRule(),
        new VibGraphicsRule(),
        new VibVgpuVmsRule(),
        new DeviceCapableRule(),
        new DeviceVgpuRunningRule(),
        new DeviceInUseRule(),
        new DeviceActiveRule(),
        new DeviceHotPlugRule(),
        new DeviceSriovRule(),
        new DeviceAddressRule(),
        new DeviceIdsRule(),
        new EccReleaseRule(),
        new EccVgpuRule(),
        new EccFellowsRule(),
        new SchedulerGenerationRule(),
        new SchedulerMixedSizeRule(),
        new SchedulerMigRule(),
        new VgpuPassthroughRule(),
        new VgpuDriverRule(),
        new VgpuSharedDirectRule(),
        new VgpuOfferedRule(),
        new VgpuRoomRule(),
        new GuestDriverRule(),
        new LicenseServerRule(),
        new LicenseStateRule(),
        new VmotionSettingRule(),
        new VmotionReleaseRule(),
        new DrsAutomationRule(),
        new DrsVmOverrideRule(),
        new DrsMaintenanceRule(),
        new DrsConsolidationRule(),
        new VmConnectedRule(),
        new PrivilegeVmRule(),
        new VmTemplateRule(),
        new VmSuspendedRule(),
        new VmPoweredOffRule(),
        new VmSnapshotRule(),
        new VmHostRule(),
        new VmFirmwareRule(),
        new VmHardwareVersionRule(),
        new VmHotAddRule(),
        new VmSecureBootRule(),
        new VgpuPerVmRule(),
        new VgpuWholeRule(),
        new VgpuDeviceGroupRule(),
        new VgpuWithPassthroughRule(),
        new VmMemoryFitsHostRule(),
        new VmMemoryReservedRule(),
        new MmioSizeRule(),
        new MmioKeysRule(),
        new MmioMisspeltKeyRule(),
        new GuestDriverFormRule(),
        new GuestDriverKindRule(),
        new GuestDriverManagerRule(),
        new GuestGpuSeenRule(),
        new GuestGpuProcessRule(),
        new GuestModuleSignatureRule(),
        new GuestSpaceRule(),
        new FlexDirectGuestRule(),
        new FlexDirectProgramRule(),
        new FlexDirectDownloadRule(),
        new FlexDirectGpuRule(),
        new FlexDirectLicenseRule(),
        new FlexDirectServersRule(),
    ]);

    /// <summary>The evidence that the rules for an action need, so that it is gathered once.</summary>
    /// <param name="action">One or several actions.</param>
    /// <param name="skipRules">Rules whose evidence need not be gathered.</param>
    public static EvidenceKinds EvidenceFor(ReadinessAction action, IReadOnlyCollection<string>? skipRules = null) => All
        .Where(rule => (rule.AppliesTo & action) != 0 && !IsSkipped(rule, skipRules))
        .Aggregate(EvidenceKinds.None, (kinds, rule) => kinds | rule.Needs);

    /// <summary>The evidence that some of the rules for an action need.</summary>
    /// <param name="action">One or several actions.</param>
    /// <param name="ruleIds">The rules that are run; null for all.</param>
    internal static EvidenceKinds EvidenceOf(ReadinessAction action, IReadOnlyCollection<string>? ruleIds) =>
        EvidenceFor(action, ruleIds is null ? null : [.. All.Select(rule => rule.Id).Except(ruleIds, StringComparer.OrdinalIgnoreCase)]);

    /// <summary>Runs every rule that applies on every subject.</summary>
    /// <param name="subjects">The objects with their evidence.</param>
    /// <param name="skipRules">The ids of rules that the user overrides; what they would have said is recorded and does not block.</param>
    /// <returns>What was found, subject after subject.</returns>
    /// <exception cref="GpuVSphereException">UnknownRule: a skipped id is not that of a rule.</exception>
    public static IReadOnlyList<Finding> Check(IEnumerable<ReadinessSubject> subjects, IReadOnlyCollection<string>? skipRules = null) =>
        Check(All, subjects, skipRules);

    /// <summary>The rules that are named.</summary>
    /// <param name="names">Ids of rules, with wildcards; case does not count.</param>
    /// <returns>Their ids, in the order of <see cref="All"/>.</returns>
    /// <exception cref="GpuVSphereException">UnknownRule: a name fits no rule.</exception>
    public static IReadOnlyList<string> Named(IReadOnlyList<string> names)
    {
        WildcardName[] patterns = [.. names.Select(name => new WildcardName(name.Trim()))];
        for (int i = 0; i < patterns.Length; i++)
        {
            if (!All.Any(rule => patterns[i].Matches(rule.Id)))
            {
                throw Unknown(names[i], $"There is no rule '{names[i]}'.", []);
            }
        }

        return [.. All.Select(rule => rule.Id).Where(id => patterns.Any(pattern => pattern.Matches(id)))];
    }

    internal static ReadinessRule? Find(string id) => All.FirstOrDefault(rule => Is(rule, id));

    /// <summary>Refuses ids that are not those of a rule, since an override that does nothing is a mistake.</summary>
    /// <param name="skipRules">The ids to skip.</param>
    /// <exception cref="GpuVSphereException">UnknownRule.</exception>
    public static void RequireKnown(IReadOnlyCollection<string>? skipRules) => RequireKnown(skipRules, []);

    /// <summary>The same, where a kind of change has refusals of its own that can be skipped.</summary>
    internal static void RequireKnown(IReadOnlyCollection<string>? skipRules, IReadOnlyCollection<string> own)
    {
        foreach (string id in skipRules ?? [])
        {
            if (!All.Any(rule => Is(rule, id)) && !own.Contains(id, StringComparer.OrdinalIgnoreCase))
            {
                throw Unknown(id, $"There is no rule '{id}' that could be skipped.", own);
            }
        }
    }

    internal static IReadOnlyList<Finding> Check(
        IReadOnlyList<ReadinessRule> rules, IEnumerable<ReadinessSubject> subjects, IReadOnlyCollection<string>? skipRules)
    {
        RequireKnown(skipRules);
        var findings = new List<Finding>();
        foreach (ReadinessSubject subject in subjects)
        {
            foreach (ReadinessRule rule in rules)
            {
                if ((rule.AppliesTo & subject.Action) == 0)
                {
                    continue;
                }

                bool isSkipped = IsSkipped(rule, skipRules);
                foreach (Verdict verdict in rule.Evaluate(subject))
                {
                    // A plan says what is in its way, not what is not.
                    if (verdict.Kind == VerdictKind.Holds)
                    {
                        continue;
                    }

                    findings.Add(new Finding(rule.Id, SeverityOf(verdict.Kind), subject.Target, verdict.Message, verdict.NextStep, isSkipped));
                }
            }
        }

        return findings;
    }

    private static GpuVSphereException Unknown(string typed, string message, IReadOnlyCollection<string> own)
    {
        IReadOnlyList<string> near = NearNames.Find(typed, own.Concat(All.Select(rule => rule.Id)));
        return new GpuVSphereException(
            "UnknownRule",
            GpuErrorCategory.InvalidArgument,
            message,
            typed,
            near.Count > 0 ? "Did you mean " + string.Join(", ", near) + "?" : "The rules are " + string.Join(", ", All.Select(rule => rule.Id)) + ".");
    }

    private static bool IsSkipped(ReadinessRule rule, IReadOnlyCollection<string>? skipRules) =>
        skipRules is not null && skipRules.Any(id => Is(rule, id));

    private static bool Is(ReadinessRule rule, string id) => string.Equals(rule.Id, id, StringComparison.OrdinalIgnoreCase);

    private static FindingSeverity SeverityOf(VerdictKind kind) => kind switch
    {
        VerdictKind.Confirmed => FindingSeverity.Block,
        VerdictKind.Unconfirmed => FindingSeverity.Warning,
        _ => FindingSeverity.Information,
    };
}
