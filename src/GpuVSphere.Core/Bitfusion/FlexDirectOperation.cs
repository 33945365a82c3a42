using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Bitfusion;

/// <summary>A change of FlexDirect in guests.</summary>
internal abstract class FlexDirectOperation(ChangeIntent intent, OperationContext context) : GuestOperation(intent, context)
{
    /// <summary>What is known of every guest that is asked about.</summary>
    protected static FlexDirectQuestion Question(GuestSubject subject, FlexDirectProgram? program) => new()
    {
        Family = subject.System.Family,
        System = subject.System.DisplayName,
        IsKnownSystem = subject.System.DistributionId.Length == 0 ? null
            : subject.System.DistributionId is "ubuntu" or "debian" or "centos" or "rhel" or "rocky" or "almalinux" || subject.System.IsDebian || subject.System.IsRedHat,
        Architecture = subject.System.Architecture.Length > 0 ? subject.System.Architecture : null,
        Program = program?.Path,
    };

    /// <summary>Runs the rules.</summary>
    protected void Judge(GuestProposal proposal, ReadinessAction action, FlexDirectQuestion question) =>
        proposal.Findings.AddRange(ReadinessRules.Check([new ReadinessSubject { Action = action, Target = proposal.Target, FlexDirect = question }], [.. Options.SkipRules.Where(IsRule)]));

    private static bool IsRule(string id) => ((IEnumerable<ReadinessRule>)ReadinessRules.All).Any(rule => string.Equals(rule.Id, id, System.StringComparison.OrdinalIgnoreCase));
}
