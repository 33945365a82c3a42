using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The MMIO size is told, and where it comes from.</summary>
internal sealed class MmioSizeRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "MMIO-SIZE";

    /// <inheritdoc/>
    public override string Title => "The MMIO size is known";

    /// <inheritdoc/>
    public override string Why => "The window above 4 GB must hold the BARs of all GPUs of the VM, rounded up. One that is too small fails at power-on, with a message that names pages and no size.";

    /// <inheritdoc/>
    public override string Source => "Broadcom KB 323402 and the guide, 5.2.2: a window that is too small fails at power-on";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyVm | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.MmioReason is { } reason)
        {
            yield return Verdict.Advice(reason);
        }

        if (subject.MmioWarning is { } warning)
        {
            yield return Verdict.Unconfirmed(warning, $"Get-MmioSize -VM {Typed.Name(subject.Target.Name)} shows what each source says; -Probe reads the sizes from a power-on.");
        }
    }
}
