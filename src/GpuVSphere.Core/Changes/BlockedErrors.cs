using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Changes;

/// <summary>What is said of an object that a rule kept from being changed.</summary>
public static class BlockedErrors
{
    /// <summary>The result of a blocked object.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="target">An object for which <see cref="ChangePlan.IsBlocked"/> is true.</param>
    public static ChangeResult Result(ChangePlan plan, PlanTarget target)
    {
        Finding[] blocking = plan.Findings.Where(finding => finding.Blocks && finding.Target == target).ToArray();
        string message = string.Join(" ", blocking.Select(finding => $"{finding.Message} ({finding.RuleId})"));
        string next = JoinSteps(blocking.Select(finding => finding.NextStep).OfType<string>().Where(step => step.Length > 0).Distinct());
        return new ChangeResult
        {
            Target = target,
            Outcome = ChangeOutcome.Blocked,
            Changes = plan.Changes.Where(change => change.Target == target).ToArray(),
            Message = message,
            Error = new GpuVSphereException(
                blocking[0].ErrorId ?? "BlockedByRule", blocking[0].ErrorCategory ?? CategoryOf(blocking[0]), message, target.Name, next.Length > 0 ? next : null),
        };
    }

    /// <summary>What could not be read or planned of an object, as a finding that keeps it from being changed.</summary>
    internal static Finding Finding(PlanTarget target, GpuVSphereException error) =>
        new(error.Id, FindingSeverity.Block, target, error.Message, error.NextStep) { ErrorId = error.Id, ErrorCategory = error.Category };

    // A step is a sentence or a command line: a full stop is never followed by a semicolon, and what has lines of its own comes last.
    private static string JoinSteps(IEnumerable<string> steps) => string.Join("; ", steps.OrderBy(step => step.IndexOf('\n') >= 0)).Replace(".; ", ". ");

    private static GpuErrorCategory CategoryOf(Finding finding) =>
        finding.RuleId.StartsWith("PRIVILEGE-", System.StringComparison.Ordinal) ? GpuErrorCategory.PermissionDenied : GpuErrorCategory.InvalidState;
}
