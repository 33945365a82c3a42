using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The slot of the device can be hot-plugged, and the server uses it.</summary>
internal sealed class HotPlugSlotCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.HotPlugSlot;

    /// <inheritdoc/>
    public override string Title => "The server takes the device away while the VM starts: its slot is hot-pluggable";

    /// <inheritdoc/>
    public override string KnownBy => "'Device … is not a passthrough device' though the host has it active; 'Adapter removed' in vmkernel.log";

    /// <inheritdoc/>
    public override string Source => "HPE a00121002en_us: a VM with a GPU in passthrough mode does not start on ESXi 7.0 U3n and 8.x until PCIe hot-plug is off";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.Lines.FirstOrDefault(one => PowerOnTexts.Has(one.Text, PowerOnTexts.HotPlugged) && PowerOnTexts.Has(one.Text, "PCIEHP")) is { } removed)
        {
            yield return Explained(evidence, PowerOnCertainty.Proved, removed, "The server took the adapter out of its hot-plug slot while the VM started, so it was no passthrough device at that moment.");
            yield break;
        }

        foreach (PowerOnLine line in evidence.Lines.Where(one => PowerOnTexts.Has(one.Text, PowerOnTexts.NotPassthrough)))
        {
            foreach ((PciAddress address, VmGpu? _) in evidence.Meant(line))
            {
                if (!evidence.KnowsHost)
                {
                    yield return Explained(evidence, PowerOnCertainty.Possible, line, $"The slot of {address} may be hot-pluggable: then the server takes the card away while the VM starts.");
                }
                else if (evidence.Host!.Devices.Any(device => device.Address == address && device.IsActive))
                {
                    yield return Explained(
                        evidence,
                        PowerOnCertainty.Likely,
                        line,
                        $"Passthrough of {address} is in force on {evidence.HostText}, and still it was no passthrough device when the VM started: its slot is likely hot-pluggable. Or it became active only afterwards.");
                }
            }
        }
    }

    private PowerOnFinding Explained(PowerOnEvidence evidence, PowerOnCertainty certainty, PowerOnLine line, string explanation) => Finding(
        evidence,
        certainty,
        line,
        explanation,
        "Power the VM on once more. When it stays so, switch PCIe hot-plug of the slot off in the server's BIOS or in ESXi, as HPE a00121002en_us says, and reboot the host; vmkernel.log shows it as 'Adapter removed'.");
}
