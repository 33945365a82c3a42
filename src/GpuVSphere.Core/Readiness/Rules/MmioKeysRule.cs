using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM's MMIO keys are large enough for its GPUs.</summary>
internal sealed class MmioKeysRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "MMIO-KEYS";

    /// <inheritdoc/>
    public override string Title => "The VM's 64-bit MMIO keys are enough for its GPUs";

    /// <inheritdoc/>
    public override string Why => "Without pciPassthru.use64bitMMIO a VM maps 3.5 GB of devices in all. A GPU with a large BAR then fails at power-on with a message that counts pages, or the guest's driver finds no BAR.";

    /// <inheritdoc/>
    public override string Source => "Broadcom KB 323402; Dell 000199172: pages needed exceed the limit of 917504; learning guide 5.2.2. What the limit is with a size set is not documented, so a size that looks too small warns";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not { } vm || !ConfiguredGpus.HasAny(vm))
        {
            yield break;
        }

        IReadOnlyList<GpuDevice> devices = subject.Host?.Devices ?? [];
        MmioReport? report = Ask(vm, devices);
        MmioReport? whole = Ask(vm with { PciDevices = ConfiguredGpus.Passthrough(vm) }, devices);
        if (report is null || whole is null)
        {
            yield return Verdict.Unconfirmed(
                $"The BARs of the GPUs of {vm.Name} are not known: confirm that its MMIO keys are enough.",
                $"Get-MmioSize -VM {Typed.Name(vm.Name)} -Probe reads the sizes from a power-on.");
            yield break;
        }

        if (report.SizeGB is not { } needed)
        {
            yield return Verdict.Holds($"The GPUs of {vm.Name} need no 64-bit MMIO.");
            yield break;
        }

        MmioSettings settings = MmioKeys.Read(vm.ExtraConfig);
        string mend = $"Set-VmMmioSize -VM {Typed.Name(vm.Name)} -SizeGB {Computed(report) ?? needed}";
        if (!settings.IsOn)
        {
            string seen = $"{vm.Name} does not have {MmioKeys.Use64Bit} = TRUE, and its GPUs need {needed} GB of 64-bit MMIO ({MmioKeys.SizeGB}).";

            // For a vGPU one source alone asks for the keys; what a size was only computed for may be smaller; and a VM that runs has what it needs until it is off.
            yield return !vm.IsRunning && whole.TotalBarBytes > LimitBytes && whole.Devices.All(device => device.Confidence >= FactConfidence.Probable)
                ? Verdict.Confirmed(seen + $" Without it {LimitBytes >> 20} MB can be mapped, and they have {whole.TotalBarBytes >> 20} MB.", mend)
                : Verdict.Unconfirmed(seen, mend);
        }
        else if ((settings.SizeGB ?? SizeWithoutKey) is var has && Computed(report) is { } least && has < least)
        {
            yield return Verdict.Unconfirmed(
                $"{vm.Name} has {(settings.SizeGB is null ? $"no {MmioKeys.SizeGB}, which counts as {SizeWithoutKey} GB" : $"{MmioKeys.SizeGB} = {has}")}, and its GPUs need {least} GB.", mend);
        }
        else
        {
            yield return Verdict.Holds($"{vm.Name} has {MmioKeys.SizeGB} = {settings.SizeGB?.ToString(CultureInfo.InvariantCulture) ?? "its default"}, which is enough for its GPUs.");
        }
    }

    /// <summary>What can be mapped without the key: 917,504 pages.</summary>
    private const long LimitBytes = 917_504L * 4096;

    /// <summary>The window with the switch alone, in GB.</summary>
    private const int SizeWithoutKey = 32;

    // What is needed, without regard to what is set.
    private static int? Computed(MmioReport report) => report.Sources.Where(source => source.Kind != MmioSourceKind.Existing).Max(source => source.SizeGB);

    private static MmioReport? Ask(GpuVm vm, IReadOnlyList<GpuDevice> devices)
    {
        try
        {
            return MmioQuestion.FromVm(vm, devices);
        }
        catch (GpuVSphereException)
        {
            // A model that the catalogue does not know: nothing is claimed of its size.
            return null;
        }
    }
}
