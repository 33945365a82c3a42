using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>A server has a GPU that works, before a scheduler gives it out.</summary>
internal sealed class FlexDirectGpuRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "FLEX-GPU";

    /// <inheritdoc/>
    public override string Title => "A FlexDirect server has a working GPU";

    /// <inheritdoc/>
    public override string Why => "A scheduler without a working GPU starts and serves nobody: its clients are the first to notice.";

    /// <inheritdoc/>
    public override string Source => "VMware's guide to GPUs for machine learning (2019), 7.2: any GPU involved has been correctly configured";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.StartFlexDirect;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.FlexDirect is not { Family: Shell.GuestFamily.Linux } asked)
        {
            yield break;
        }

        string name = subject.Target.Name;
        if (!asked.Gpus.IsKnown)
        {
            yield return Verdict.Unconfirmed($"Whether {name} has a working GPU could not be told, because {asked.Gpus.WhyUnknown}.");
        }
        else if (asked.Gpus.Value == 0)
        {
            yield return Verdict.Confirmed(
                $"{name} has no working GPU{(asked.GpuTrouble is { } trouble ? ": " + trouble : ".")}",
                $"Test-GpuGuest -VM {Typed.Name(name)} says what is missing; Install-NvidiaGuestDriver -VM {Typed.Name(name)} brings the driver.");
        }
        else if (asked.GpusWanted is { } wanted && wanted > asked.Gpus.Value)
        {
            yield return Verdict.Confirmed(
                $"{name} has {Text(asked.Gpus.Value)} working GPU{(asked.Gpus.Value == 1 ? string.Empty : "s")}, and {Text(wanted)} would be needed.",
                "Give out fewer, or leave -GpuCount out for whatever is there.");
        }
        else if (asked.GpuIndicesWanted.Except(asked.GpuIndices).OrderBy(index => index).ToArray() is { Length: > 0 } missing)
        {
            yield return Verdict.Confirmed(
                $"{name} has no GPU with index {Join(missing, "or")}: nvidia-smi shows {(asked.GpuIndices.Count == 1 ? "one only, with index " : string.Empty)}{Join([.. asked.GpuIndices], "and")}.",
                "Give indices that are there with -GpuIndex, or leave it out for whatever is there.");
        }
        else
        {
            yield return Verdict.Holds($"nvidia-smi shows {Text(asked.Gpus.Value)} GPU{(asked.Gpus.Value == 1 ? string.Empty : "s")} in the guest.");
        }
    }

    private static string Join(IReadOnlyList<int> numbers, string last) => numbers.Count == 1 ? Text(numbers[0])
        : string.Join(", ", numbers.Take(numbers.Count - 1).Select(Text)) + " " + last + " " + Text(numbers[numbers.Count - 1]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
