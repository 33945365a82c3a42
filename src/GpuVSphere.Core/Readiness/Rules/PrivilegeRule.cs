using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The account may do it on the object: what a host and a VM have in common.</summary>
internal abstract class PrivilegeRule : ReadinessRule
{
    /// <inheritdoc/>
    public sealed override string Source => "vSphere API: the privileges named with each method; effectiveRole with the role list gives those of the account";

    /// <inheritdoc/>
    public sealed override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        IReadOnlyCollection<string>? held = HeldBy(subject);
        if (subject.RequiredPrivileges.Count == 0)
        {
            yield break;
        }

        if (held is null)
        {
            yield return Verdict.Unconfirmed(
                $"The privileges of this account on {subject.Target.Name} could not be read; needed: {string.Join(", ", subject.RequiredPrivileges)}.");
            yield break;
        }

        List<string> missing = subject.RequiredPrivileges.Where(privilege => !held.Contains(privilege)).ToList();
        if (missing.Count > 0)
        {
            yield return Verdict.Confirmed(
                $"The account lacks {string.Join(", ", missing)} on {subject.Target.Name}.",
                "Ask for a role with " + string.Join(", ", missing) + $" on {subject.Target.Name}, or connect with another account.");
        }
        else
        {
            yield return Verdict.Holds($"The account has {string.Join(", ", subject.RequiredPrivileges)} on {subject.Target.Name}.");
        }
    }

    /// <summary>The privileges of the account on the object; null when they could not be read.</summary>
    protected abstract IReadOnlyCollection<string>? HeldBy(ReadinessSubject subject);
}
