namespace GpuVSphere.Changes;

/// <summary>What a rule says of one object of a plan.</summary>
/// <param name="RuleId">The stable id of the rule, such as <c>VM-FIRMWARE</c>; <c>-SkipRule</c> takes it.</param>
/// <param name="Severity">What it does to the plan.</param>
/// <param name="Target">The object.</param>
/// <param name="Message">What was seen and why it matters, with the values.</param>
/// <param name="NextStep">The command or step that mends it, or null.</param>
/// <param name="IsSkipped">Whether the user overrode it; it is then recorded and does not block.</param>
public sealed record Finding(string RuleId, FindingSeverity Severity, PlanTarget Target, string Message, string? NextStep = null, bool IsSkipped = false)
{
    /// <summary>The id of the error that an object blocked by this gives; null for <c>BlockedByRule</c>.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The category of that error; null for <see cref="GpuErrorCategory.InvalidState"/>.</summary>
    public GpuErrorCategory? ErrorCategory { get; init; }

    /// <summary>Whether it keeps its object from being changed.</summary>
    public bool Blocks => Severity == FindingSeverity.Block && !IsSkipped;
}
