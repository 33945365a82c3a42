using System.Collections.Generic;
using GpuVSphere.Shell;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The guest is one that FlexDirect was made for.</summary>
internal sealed class FlexDirectGuestRule : ReadinessRule
{
    private const ReadinessAction Actions = ReadinessAction.InstallFlexDirect | ReadinessAction.InitializeFlexDirect | ReadinessAction.StartFlexDirect | ReadinessAction.SetFlexDirectServers;

    /// <inheritdoc/>
    public override string Id => "FLEX-GUEST";

    /// <inheritdoc/>
    public override string Title => "The guest is a Linux that FlexDirect was made for";

    /// <inheritdoc/>
    public override string Why => "FlexDirect's programs are made for Ubuntu and CentOS on x86-64; elsewhere its installer ends half-way or brings programs that do not start.";

    /// <inheritdoc/>
    public override string Source => "VMware's guide to GPUs for machine learning (2019), 7.2.2: an Ubuntu or CentOS Linux VM";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => Actions;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.FlexDirect is not { } asked)
        {
            yield break;
        }

        if (asked.Family == GuestFamily.Windows)
        {
            yield return Verdict.Confirmed($"{subject.Target.Name} runs Windows, and FlexDirect is for Linux only.", "Name VMs with Ubuntu or CentOS.");
        }
        else if (asked.Architecture is { } machine && machine is not ("x86_64" or "amd64"))
        {
            yield return Verdict.Unconfirmed($"{subject.Target.Name} is {Article.With(machine)} machine; FlexDirect is known for x86-64 only.");
        }
        else if (subject.Action == ReadinessAction.InstallFlexDirect && asked.IsKnownSystem == false)
        {
            yield return Verdict.Unconfirmed($"{subject.Target.Name} runs {asked.System}; FlexDirect is known for Ubuntu and CentOS only.");
        }
        else if (asked.System.Length > 0)
        {
            yield return Verdict.Holds($"The guest runs {asked.System}.");
        }
    }
}
