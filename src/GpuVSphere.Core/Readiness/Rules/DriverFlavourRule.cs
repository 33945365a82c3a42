using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The driver that is installed is of the flavour that the GPUs need.</summary>
internal sealed class DriverFlavourRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DRIVER-FLAVOUR";

    /// <inheritdoc/>
    public override string Title => "The driver that is installed is of the flavour that the GPUs need";

    /// <inheritdoc/>
    public override string Why => "The vGPU driver and that of AI Enterprise look alike in nvidia-smi. With the wrong one the host offers no profile for a GPU, and nothing says why.";

    /// <inheritdoc/>
    public override string Source => "frankdenneman.nl 2023-07-06: A30 and A100 need NVD-AIE; the vGPU types of a board by NVIDIA's lists";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host || subject.HostSoftware is not { IsKnown: true, Value.Driver: { } driver })
        {
            yield break;
        }

        List<Verdict> verdicts = [];
        foreach (IGrouping<string, GpuDevice> model in ConfiguredGpus.OfDriver(subject).GroupBy(device => device.Model ?? device.Name))
        {
            Verdict verdict = VibFlavourRule.Judge(driver, model.First(), model.Key);
            verdicts.Add(verdict.Kind is VerdictKind.Holds or VerdictKind.Advice ? verdict : verdict with
            {
                NextStep = verdict.NextStep is null ? $"Get-VgpuProfile -VMHost {Typed.Name(host.Name)} lists the profiles that it has for the GPU." : $"Uninstall-NvidiaVib -VMHost {Typed.Name(host.Name)} takes this one away; then Install-NvidiaVib -VMHost {Typed.Name(host.Name)} -Path <the other package> -Reboot.",
            });
        }

        foreach (Verdict verdict in ConfiguredGpus.Doubted(verdicts))
        {
            yield return verdict;
        }
    }
}
