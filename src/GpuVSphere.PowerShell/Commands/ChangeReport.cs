using System;
using GpuVSphere.Changes;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Says what became of one object of a plan: to the pipeline, or to a job.</summary>
internal static class ChangeReport
{
    /// <param name="result">What became of it.</param>
    /// <param name="error">Takes the error of an object that failed or was blocked.</param>
    /// <param name="warning">Takes what is pending, and how to go on after an interruption.</param>
    public static void Tell(ChangeResult result, Action<GpuVSphereException> error, Action<string> warning)
    {
        switch (result.Outcome)
        {
            case ChangeOutcome.Failed or ChangeOutcome.Blocked:
                error(result.Error ?? new GpuVSphereException(
                    result.Outcome == ChangeOutcome.Failed ? "ChangeFailed" : "ChangeBlocked",
                    GpuErrorCategory.OperationFailed,
                    $"{result.Target.Name}: {result.Message ?? "it was not changed"}",
                    result.Target.Name,
                    result.ChangeId is null ? null : $"Resume-GpuChange -Id {result.ChangeId}, or Undo-GpuChange -Id {result.ChangeId}"));
                break;
            case ChangeOutcome.Pending:
                warning(About(result.Target, result.Message ?? "changed, but not in force before a reboot"));
                break;
            case ChangeOutcome.Interrupted:
                string resume = result.ChangeId is null ? string.Empty : $" Go on with: Resume-GpuChange -Id {result.ChangeId}";
                warning(About(result.Target, result.Message ?? "it was interrupted.") + resume);
                break;
        }
    }

    /// <summary>The text with the object's name in it.</summary>
    public static string About(PlanTarget target, string text) =>
        text.IndexOf(target.Name, StringComparison.OrdinalIgnoreCase) >= 0 ? text : $"{target.Name}: {text}";
}
