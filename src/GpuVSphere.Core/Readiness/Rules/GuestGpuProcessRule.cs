using System.Collections.Generic;
using System.Globalization;

namespace GpuVSphere.Readiness.Rules;

/// <summary>No program uses a GPU of the guest.</summary>
internal sealed class GuestGpuProcessRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GUEST-GPU-PROCESS";

    /// <inheritdoc/>
    public override string Title => "No program uses a GPU of the guest while its driver is replaced";

    /// <inheritdoc/>
    public override string Why => "The module of a GPU that is in use cannot be unloaded, so the new one is not loaded; and what computes would be cut off.";

    /// <inheritdoc/>
    public override string Source => "nvidia-installer: 'An NVIDIA kernel module appears to already be loaded in your kernel ... it may be in use'";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallGuestDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.GuestDriver is not { } asked)
        {
            yield break;
        }

        string names = string.Join(", ", asked.Processes);
        yield return asked.Processes.Count == 0 ? Verdict.Holds("No program uses a GPU of the guest.")
            : asked.MayEndProcesses ? Verdict.Advice($"These programs use a GPU of {subject.Target.Name} and are ended: {names}.")
            : Verdict.Confirmed(
                $"{asked.Processes.Count.ToString(CultureInfo.InvariantCulture)} program{(asked.Processes.Count == 1 ? " uses" : "s use")} a GPU of {subject.Target.Name}: {names}.",
                "End them in the guest, or add -StopGpuProcess.");
    }
}
