using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;

namespace GpuVSphere.Readiness.Rules;

/// <summary>No MMIO key is misspelt.</summary>
internal sealed class MmioMisspeltKeyRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "MMIO-MISSPELT-KEY";

    /// <inheritdoc/>
    public override string Title => "No MMIO key is misspelt";

    /// <inheritdoc/>
    public override string Why => "ESXi ignores keys that it does not know without a word, so that a VM with a misspelt key behaves as one without it.";

    /// <inheritdoc/>
    public override string Source => "A much-read post prints pciPassthru.set.usebitMMIO; ESXi ignores keys that it does not know";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyVm | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not GpuVm vm)
        {
            yield break;
        }

        foreach (MmioKeyFinding finding in MmioKeys.Read(vm.ExtraConfig).Findings)
        {
            if (finding.Problem == MmioKeyProblem.Misspelt)
            {
                yield return Verdict.Unconfirmed(
                    $"{vm.Name}: {finding.Message}", $"Set-VmMmioSize -VM {Typed.Name(vm.Name)} -RemoveMisspeltKey sets the right keys and removes it.");
            }
        }

        if (vm.PciDevices.Count > 0 && MmioKeys.Read(vm.ExtraConfig).Findings.All(finding => finding.Problem != MmioKeyProblem.Misspelt))
        {
            yield return Verdict.Holds($"No MMIO key of {vm.Name} is misspelt.");
        }
    }
}
