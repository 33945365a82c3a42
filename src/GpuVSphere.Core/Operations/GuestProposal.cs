using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;

namespace GpuVSphere.Operations;

/// <summary>
/// What a planner proposes for one guest: the rows of the plan, what speaks against it, what it costs, the steps in their order, and how the result is
/// read back. Nothing secret may be in a row, a finding or a title.
/// </summary>
internal sealed class GuestProposal(PlanTarget target)
{
    /// <summary>The barrier before what only a reboot of the guest brings into force.</summary>
    public const string RebootBarrier = "guest reboot";

    private readonly PlanBuilder _builder = new();

    public PlanTarget Target => target;

    public IReadOnlyList<ChangeStage> Stages => _builder.Build();

    public List<Finding> Findings { get; } = [];

    public List<PlanConsequence> Consequences { get; } = [];

    public List<GuestStep> Steps { get; } = [];

    /// <summary>What is set, with what was there, for the journal; of an operation that keeps one.</summary>
    public List<JournalField> Fields { get; } = [];

    /// <summary>
    /// Reads the result back, after the last step. Null plans the guest once more: it is done when nothing is left to change, else failed with the
    /// first row that is left.
    /// </summary>
    public Func<GuestRun, CancellationToken, Task<GuestOutcome>>? Verify { get; set; }

    /// <summary>Adds a row, unless before and after are equal.</summary>
    public void Row(string property, string? before, string? after, string? barrier = null, ChangeNeeds needs = ChangeNeeds.None) =>
        _builder.Change(barrier, target, property, before, after, needs);

    /// <summary>Adds a step.</summary>
    public void Step(string title, Func<GuestRun, CancellationToken, Task> work) => Steps.Add(new GuestStep(title, work));

    /// <summary>Adds what keeps the change from being made.</summary>
    /// <param name="rule">The id that -SkipRule takes.</param>
    /// <param name="errorId">The stable id of the error.</param>
    /// <param name="category">Its category.</param>
    /// <param name="message">What was seen, and why it matters.</param>
    /// <param name="nextStep">What to type next.</param>
    public void Refuse(string rule, string errorId, GpuErrorCategory category, string message, string nextStep) =>
        Findings.Add(new Finding(rule, FindingSeverity.Block, target, message, nextStep) { ErrorId = errorId, ErrorCategory = category });

    /// <summary>Adds what does not stop the change and should be known.</summary>
    public void Warn(string rule, string message, string? nextStep = null) => Findings.Add(new Finding(rule, FindingSeverity.Warning, target, message, nextStep));

    /// <summary>Adds what is worth knowing.</summary>
    public void Note(string rule, string message) => Findings.Add(new Finding(rule, FindingSeverity.Information, target, message));

    /// <summary>Adds what the change costs, in words.</summary>
    /// <param name="consequence">Such as <c>nvidia-gridd is stopped for the installation and started again</c>.</param>
    /// <param name="endsPrograms">Whether programs that others run end by it.</param>
    public void Tell(string consequence, bool endsPrograms = false) => Consequences.Add(new PlanConsequence(target, consequence) { EndsPrograms = endsPrograms });
}
