using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Mmio;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The window of 64-bit memory-mapped I/O is missing or too small.</summary>
internal sealed class MmioTooSmallCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.MmioTooSmall;

    /// <inheritdoc/>
    public override string Title => "The window of 64-bit MMIO is missing or too small";

    /// <inheritdoc/>
    public override string KnownBy => "'total number of pages needed (N) exceeds limit (L)' in vmware.log";

    /// <inheritdoc/>
    public override string Source => "Dell 000199172: pages needed against the limit; the size is the next power of two (VMware, 2018/09; Broadcom KB 323402)";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.Find(PowerOnTexts.PagesNeeded) is { } line)
        {
            // On a BIOS VM the keys have no effect: the firmware is the cause.
            return evidence.Firmware == "bios" ? [] : [FromPages(evidence, line)];
        }

        if (evidence.Find(PowerOnTexts.GuestBar) is { } guest)
        {
            return evidence.Firmware == "bios" ? [] :
            [
                Finding(
                    evidence,
                    PowerOnCertainty.Likely,
                    guest,
                    $"The guest of {evidence.VmText} has no place for the GPU's BAR1: {MmioKeys.SizeGB} is missing or too small.",
                    "Shut the VM down, set the size and start it again. " + (evidence.Vm is null ? evidence.LookAtVm : string.Empty),
                    SizeCommand(evidence)),
            ];
        }

        return [.. OfVgpu(evidence), .. OfSilence(evidence)];
    }

    // The fault of too many pages says no more than which module gave up; the log says the rest, where it can be read.
    private IEnumerable<PowerOnFinding> OfSilence(PowerOnEvidence evidence)
    {
        PowerOnLine? line = evidence.Lines.FirstOrDefault(one => PowerOnTexts.Has(one.Text, "DevicePowerOn") && PowerOnTexts.Has(one.Text, PowerOnTexts.PowerOnFailed));
        bool isSaidOtherwise = evidence.Lines.Any(one => PowerOnTexts.Telling.Any(text => text != PowerOnTexts.PowerOnFailed && PowerOnTexts.Has(one.Text, text)));
        if (line is null || isSaidOtherwise || evidence.Firmware == "bios")
        {
            yield break;
        }

        if (evidence.MmioNow() is not { } report)
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Possible,
                line,
                "The message has no reason in it. Most often the GPUs of the VM need a larger window of 64-bit MMIO; the VM's vmware.log tells.",
                evidence.LookAtVm);
        }
        else if (report.SizeGB is { } size && !(MmioKeys.Read(evidence.Vm!.ExtraConfig) is { IsOn: true } set && set.SizeGB >= size))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Likely,
                line,
                $"The GPUs of {evidence.VmText} need {MmioKeys.SizeGB} of {size} or more, and {Have(evidence)}.",
                "Set it, then power the VM on.",
                SizeCommand(evidence, size));
        }
    }

    private IEnumerable<PowerOnFinding> OfVgpu(PowerOnEvidence evidence)
    {
        if (evidence.PluginLine is { } line
            && evidence.MmioNow() is { SizeGB: { } size } report
            && report.Devices.Count > 0
            && MmioKeys.Read(evidence.Vm!.ExtraConfig) is var set
            && !(set.IsOn && set.SizeGB >= size))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Possible,
                line,
                $"Large vGPUs need 64-bit MMIO as well: {size} GB for those of {evidence.VmText}, and {Have(evidence)}",
                "Set it, then power the VM on.",
                SizeCommand(evidence, size));
        }
    }

    private PowerOnFinding FromPages(PowerOnEvidence evidence, PowerOnLine line)
    {
        VmwareLog? log = evidence.Log?.Mmio;
        long? pages = log?.PagesNeeded;
        if (pages is null)
        {
            return Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                $"The GPUs of {evidence.VmText} need more pages than the window of 64-bit MMIO has; the line is damaged, so the size cannot be told from it.",
                "Set the size that Get-MmioSize gives, then power the VM on.",
                SizeCommand(evidence));
        }

        int size = MmioSizing.NextPowerOfTwoGB(MmioSizing.BytesOfPages(pages.Value));
        string limit = log!.PageLimit is { } most ? $" and that the limit is {most}" : string.Empty;
        string explanation = $"Its log says that its GPUs need {pages} pages of 4 KiB{limit}: {MmioKeys.SizeGB} must be {size} or more.";
        bool isMended = evidence.Vm is { } vm && MmioKeys.Read(vm.ExtraConfig) is { IsOn: true } set && set.SizeGB >= size;
        return isMended
            ? Finding(evidence, PowerOnCertainty.Proved, line, $"{explanation} It has {MmioKeys.Read(evidence.Vm!.ExtraConfig).SizeGB} by now.", $"Power {evidence.VmText} on again.")
            : Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                evidence.Vm is null ? explanation : $"{explanation} Now {Have(evidence)}.",
                "Set it, then power the VM on.",
                SizeCommand(evidence, size));
    }

    private static string Have(PowerOnEvidence evidence)
    {
        MmioSettings set = MmioKeys.Read(evidence.Vm!.ExtraConfig);
        return set.SizeGB is not { } size ? "it has none set" : set.IsOn ? $"it has {size}" : $"it has {size} set, with no effect since {MmioKeys.Use64Bit} is not TRUE";
    }

    private static string? SizeCommand(PowerOnEvidence evidence, int? size = null) => evidence.VmName is not { } vm ? null
        : size is { } known ? $"Set-VmMmioSize -VM {Typed.Name(vm)} -SizeGB {known}"
        : evidence.Vm is null ? null : $"Set-VmMmioSize -VM {Typed.Name(vm)}";
}
