using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The VM boots by BIOS.</summary>
internal sealed class FirmwareCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.Firmware;

    /// <inheritdoc/>
    public override string Title => "The VM boots by BIOS, which maps no BAR above 256 MB";

    /// <inheritdoc/>
    public override string KnownBy => "the line of too many pages, or a guest without BAR1, and firmware bios";

    /// <inheritdoc/>
    public override string Source => "BIOS maps no BAR above 4 GB; EFI is needed as soon as a BAR is larger than 256 MB (frankdenneman.nl 2023-05-30); guide, 5.2.1";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        PowerOnLine? line = evidence.Find(PowerOnTexts.PagesNeeded) ?? evidence.Find(PowerOnTexts.GuestBar);
        if (line is not null && evidence.Firmware == "bios")
        {
            yield return Explained(evidence, PowerOnCertainty.Proved, line);
        }
        else if (line is not null && evidence.Firmware is null && PowerOnTexts.Has(line.Text, PowerOnTexts.GuestBar))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Possible,
                line,
                "The VM may boot by BIOS, which gives a GPU with a large BAR no place.",
                "Use a VM that was installed with EFI. " + evidence.LookAtVm);
        }
        else if (line is null
            && evidence.Firmware == "bios"
            && evidence.Lines.FirstOrDefault(one => PowerOnTexts.Has(one.Text, "DevicePowerOn")) is { } silent
            && evidence.Lines.All(one => PowerOnTexts.Telling.All(text => text == PowerOnTexts.PowerOnFailed || !PowerOnTexts.Has(one.Text, text)))
            && evidence.MmioNow() is { RequiresEfi: true })
        {
            yield return Explained(evidence, PowerOnCertainty.Likely, silent);
        }
    }

    private PowerOnFinding Explained(PowerOnEvidence evidence, PowerOnCertainty certainty, PowerOnLine line)
    {
        VmGpu? gpu = evidence.PassthroughGpus.FirstOrDefault(device => device.Address is not null);
        string add = gpu is null || evidence.VmName is not { } vm
            ? "Add-VmGpuPassthrough with -NoGuestInstalled"
            : $"Add-VmGpuPassthrough -VM {Typed.Name(vm)} -Device {gpu.Address} -NoGuestInstalled";

        // No command that is ready to be typed: on a VM with a guest it would do harm.
        return Finding(
            evidence,
            certainty,
            line,
            $"{evidence.VmText} boots by BIOS, which maps no BAR above 256 MB, whatever {MmioKeys.SizeGB} is. Switching the firmware of an installed guest makes it unbootable.",
            $"Use a VM that was installed with EFI; or, when no guest is installed yet, {add} switches it.");
    }
}
