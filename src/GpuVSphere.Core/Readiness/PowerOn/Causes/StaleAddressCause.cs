using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The host has nothing at the address that the VM names.</summary>
internal sealed class StaleAddressCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.StaleAddress;

    /// <inheritdoc/>
    public override string Title => "The host has no device at the address that the VM names";

    /// <inheritdoc/>
    public override string KnownBy => "'Device … is not a passthrough device', and the host has nothing there";

    /// <inheritdoc/>
    public override string Source => "A static backing names an address; a card that was moved or another host has it elsewhere (powercli46.rssing.com all_p448; frankdenneman.ai 2026-02-13)";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        foreach (PowerOnLine line in evidence.DeviceLines)
        {
            bool isClear = PowerOnTexts.Has(line.Text, PowerOnTexts.NotPassthrough);
            foreach ((PciAddress address, VmGpu? device) in evidence.Meant(line))
            {
                if (!evidence.KnowsHost)
                {
                    if (isClear)
                    {
                        yield return Finding(
                            evidence,
                            PowerOnCertainty.Possible,
                            line,
                            $"The card may no longer be at {address}: it was moved to another slot, or the VM to another host.",
                            evidence.LookAtVm);
                    }

                    continue;
                }

                if (evidence.Host!.Devices.Any(one => one.Address == address) || evidence.Host.Functions.Any(one => one.Address == address))
                {
                    continue;
                }

                GpuDevice? other = evidence.Substitute(device, address);
                yield return Finding(
                    evidence,
                    isClear ? PowerOnCertainty.Proved : PowerOnCertainty.Likely,
                    line,
                    $"{evidence.HostText} has no device at {address}: the card was moved or taken out, or the VM came from another host.",
                    other is null
                        ? $"Get-GpuDevice -VMHost {Typed.Name(evidence.HostName, "<host>")} lists what is there, none of it free and active; take the device from the VM (Remove-VmGpuPassthrough) and give it one that is."
                        : $"This takes the address away and gives {other.Model ?? other.Name} at {other.Address}; then power the VM on.",
                    other is null ? null : evidence.Replace(address, other.Address));
            }
        }
    }
}
