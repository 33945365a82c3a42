using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;
using GpuVSphere.Changes;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Asks whether an object of a plan may be changed. To be called on the pipeline thread. Every changing cmdlet declares a high impact, since
/// some of its uses reboot; a use that does not is asked about only when <c>$ConfirmPreference</c> is Medium or lower, or with -Confirm.
/// </summary>
internal static class Confirmation
{
    /// <summary>Whether -WhatIf, or the preference of the caller, says that nothing is to be done.</summary>
    public static bool IsWhatIf(PSCmdlet cmdlet) =>
        cmdlet.MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? typed)
            ? LanguagePrimitives.IsTrue(typed)
            : LanguagePrimitives.IsTrue(cmdlet.SessionState.PSVariable.GetValue("WhatIfPreference", false));

    /// <summary>Asks about one object, or prints what would be done to it.</summary>
    /// <exception cref="GpuVSphereException">ConfirmationNeeded: it has to be asked and nobody can be.</exception>
    public static bool Ask(PSCmdlet cmdlet, ChangePlan plan, PlanTarget target, bool isDisruptive)
    {
        string what = $"{plan.Intent.Title}: {target.Name}";
        if (!IsWhatIf(cmdlet) && !IsAsked(cmdlet, isDisruptive))
        {
            cmdlet.WriteVerbose(what);
            return true;
        }

        return Ask(cmdlet, target.Name, plan.Intent.Title, () => cmdlet.ShouldProcess(what, Question(plan, target, what), "Confirm"));
    }

    /// <summary>Asks about an object by PowerShell's own words.</summary>
    /// <exception cref="GpuVSphereException">ConfirmationNeeded: it has to be asked and nobody can be.</exception>
    public static bool Ask(PSCmdlet cmdlet, string target, string action) => Ask(cmdlet, target, action, () => cmdlet.ShouldProcess(target, action));

    private static bool Ask(PSCmdlet cmdlet, string target, string action, Func<bool> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception error) when (error is PSInvalidOperationException or HostException or NotImplementedException)
        {
            throw new GpuVSphereException(
                "ConfirmationNeeded",
                GpuErrorCategory.InvalidState,
                $"{target} is not changed: '{action}' has to be confirmed, and this PowerShell is not interactive.",
                target,
                $"Look with -WhatIf at what {cmdlet.MyInvocation.MyCommand.Name} would do; then add -Confirm:$false.",
                error);
        }
    }

    private static bool IsAsked(PSCmdlet cmdlet, bool isDisruptive)
    {
        ConfirmImpact least;
        if (cmdlet.MyInvocation.BoundParameters.TryGetValue("Confirm", out object? typed))
        {
            return LanguagePrimitives.IsTrue(typed);
        }

        object? preference = cmdlet.SessionState.PSVariable.GetValue("ConfirmPreference", ConfirmImpact.High);
        if (!LanguagePrimitives.TryConvertTo(preference, out least))
        {
            least = ConfirmImpact.High;
        }

        return least != ConfirmImpact.None && (isDisruptive ? ConfirmImpact.High : ConfirmImpact.Medium) >= least;
    }

    private static string Question(ChangePlan plan, PlanTarget target, string what)
    {
        StringBuilder text = new(what + "?");
        foreach (PlannedChange change in plan.Changes.Where(change => change.Target == target))
        {
            text.Append(Environment.NewLine).Append("  ").Append(change.Property).Append(": ")
                .Append(change.Before ?? "(absent)").Append(" -> ").Append(change.After ?? "(removed)");
        }

        foreach (PlanConsequence consequence in plan.Consequences.Where(consequence => consequence.Target == target))
        {
            text.Append(Environment.NewLine).Append("  ").Append(consequence.Text);
        }

        return text.ToString();
    }
}
