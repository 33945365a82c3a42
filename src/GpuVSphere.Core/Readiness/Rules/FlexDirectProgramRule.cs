using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>FlexDirect's program is there before it is licensed, started or told its servers.</summary>
internal sealed class FlexDirectProgramRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "FLEX-INSTALLED";

    /// <inheritdoc/>
    public override string Title => "FlexDirect is installed in the guest";

    /// <inheritdoc/>
    public override string Why => "Licence, scheduler and health are all asked of the program itself.";

    /// <inheritdoc/>
    public override string Source => "VMware's guide to GPUs for machine learning (2019), 7.2.3: which flexdirect";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InitializeFlexDirect | ReadinessAction.StartFlexDirect | ReadinessAction.SetFlexDirectServers;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.FlexDirect is not { Family: Shell.GuestFamily.Linux } asked)
        {
            yield break;
        }

        string install = $"Install-FlexDirect -VM {Typed.Name(subject.Target.Name)}";
        yield return asked.Program is { } path ? Verdict.Holds($"The guest's shell finds {path}.")
            : subject.Action == ReadinessAction.SetFlexDirectServers ? Verdict.Unconfirmed($"{subject.Target.Name} has no FlexDirect yet: the servers are written, and nothing reads them. {install} brings it.", install)
            : Verdict.Confirmed($"{subject.Target.Name} has no FlexDirect: its shell finds neither flexdirect nor bitfusion.", install);
    }
}
