using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>Another VM holds the device.</summary>
internal sealed class DeviceInUseCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.DeviceInUse;

    /// <inheritdoc/>
    public override string Title => "Another VM holds the device";

    /// <inheritdoc/>
    public override string KnownBy => "'Device … is already in use', and a running VM of the host has it";

    /// <inheritdoc/>
    public override string Source => "A DirectPath device belongs to one VM at a time";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        foreach (PowerOnLine line in evidence.Lines.Where(one => IsInUse(one) || PowerOnTexts.Has(one.Text, PowerOnTexts.NotAvailable)))
        {
            foreach ((PciAddress address, VmGpu? device) in evidence.Meant(line))
            {
                GpuAssignment[] holders =
                [
                    .. (evidence.Host?.Devices.FirstOrDefault(one => one.Address == address)?.Assignments ?? []).Where(one => one.IsRunning && one.Vm != evidence.Vm?.Id),
                ];
                if (holders.Length > 0 || IsInUse(line))
                {
                    yield return Explained(evidence, line, address, device, holders);
                }
            }
        }
    }

    private static bool IsInUse(PowerOnLine line) => PowerOnTexts.Has(line.Text, PowerOnTexts.InUse) && PowerOnTexts.IsOfDevice(line.Text);

    private PowerOnFinding Explained(PowerOnEvidence evidence, PowerOnLine line, PciAddress address, VmGpu? device, GpuAssignment[] holders)
    {
        GpuDevice? other = evidence.Substitute(device, address);
        string who = string.Join(", ", holders.Select(one => one.VmName));
        string explanation = holders.Length > 0 ? $"{address} of {evidence.HostText} is held by {who}, which is running."
            : evidence.KnowsHost ? $"{address} of {evidence.HostText} was held by another VM; none that is running has it now."
            : $"{address} is held by another VM of {evidence.HostText}.";
        string powerOff = holders.Length > 0 ? $"power {who} off first" : "power this VM on again";
        return Finding(
            evidence,
            PowerOnCertainty.Proved,
            line,
            explanation,
            evidence.Vm is null ? "Get-GpuDevice shows who holds it. " + evidence.LookAtVm
            : other is null ? $"No other GPU of the host is free and active: {powerOff}."
            : $"This gives it {other.Model ?? other.Name} at {other.Address} instead, which is free; or {powerOff}.",
            other is null ? null : evidence.Replace(address, other.Address));
    }
}
