using GpuVSphere.Changes;

namespace GpuVSphere.Readiness;

/// <summary>What one rule says of one object: a row of a report.</summary>
public sealed record ReadinessResult
{
    /// <summary>The stable id of the rule, such as <c>VM-FIRMWARE</c>.</summary>
    public required string RuleId { get; init; }

    /// <summary>What must hold, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>What it comes to.</summary>
    public required ReadinessOutcome Outcome { get; init; }

    /// <summary>The host or VM.</summary>
    public required PlanTarget Target { get; init; }

    /// <summary>What it was asked for: the use of a host or VM, or the change that is planned; several where it says the same of each.</summary>
    public required ReadinessAction Action { get; init; }

    /// <summary>What was seen, with the values, or what could not be read.</summary>
    public required string Seen { get; init; }

    /// <summary>Why it matters.</summary>
    public required string Why { get; init; }

    /// <summary>What the rule rests on.</summary>
    public required string Source { get; init; }

    /// <summary>What to type or do; null when there is nothing to mend.</summary>
    public string? NextStep { get; init; }

    /// <summary>The object's name.</summary>
    public string TargetName => Target.Name;

    /// <summary>The server's name, as the user gave it.</summary>
    public string ServerName => Target.ServerName;

    /// <summary>What it was asked for, in a word: Passthrough or vGPU of a host, Both, PowerOn of a VM as it is configured, or a planned Change.</summary>
    public string AskedFor => Action switch
    {
        ReadinessAction.UsePassthrough => "Passthrough",
        ReadinessAction.UseVgpu => "vGPU",
        ReadinessAction.UsePassthrough | ReadinessAction.UseVgpu => "Both",
        ReadinessAction.PowerOn => "PowerOn",
        _ => "Change",
    };

    /// <summary>The outcome and the rule.</summary>
    public override string ToString() => $"{Outcome}: {RuleId}";
}
