using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Readiness.PowerOn.Causes;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>The causes that are known, and how they are found in the evidence. Pure.</summary>
internal static class PowerOnRules
{
    /// <summary>Every cause, the more frequent before the rarer.</summary>
    public static IReadOnlyList<PowerOnRule> All { get; } = Array.AsReadOnly<PowerOnRule>(
    [
        new MmioTooSmallCause(),
        new FirmwareCause(),
        new DeviceNotActiveCause(),
        new StaleAddressCause(),
        new SystemIdCause(),
        new DeviceInUseCause(),
        new NoFreeDeviceCause(),
        new HotPlugSlotCause(),
        new MemoryNotReservedCause(),
        new HostMemoryCause(),
        new NotSharedDirectCause(),
        new NoGraphicsResourcesCause(),
        new EccOnCause(),
        new SriovOffCause(),
        new SeveralVgpusCause(),
        new HostDriverCause(),
        new LicenceCause(),
        new HostStateCause(),
    ]);

    /// <summary>The causes, the surer before the less sure. One that is proved leaves no room for those that are only possible. Never empty.</summary>
    public static IReadOnlyList<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        List<PowerOnFinding> found =
        [
            .. All.SelectMany(rule => rule.Explain(evidence))
                .GroupBy(finding => (finding.Cause, finding.Explanation))
                .Select(same => same.OrderBy(finding => finding.Certainty).First())
                .OrderBy(finding => finding.Certainty),
        ];
        bool isProved = found.Any(finding => finding.Certainty == PowerOnCertainty.Proved);
        found.RemoveAll(finding => isProved && finding.Certainty == PowerOnCertainty.Possible);
        return found.Count > 0 ? found : [Unknown(evidence)];
    }

    private static PowerOnFinding Unknown(PowerOnEvidence evidence)
    {
        PowerOnLine? line = evidence.Lines.FirstOrDefault(one => !PowerOnTexts.Has(one.Text, PowerOnTexts.PowerOnFailed)) ?? evidence.Lines.FirstOrDefault();
        return new PowerOnFinding
        {
            Subject = evidence.Subject,
            VmName = evidence.VmName,
            HostName = evidence.HostName,
            ServerName = evidence.Vm?.ServerName,
            Cause = PowerOnCause.Unknown,
            Certainty = PowerOnCertainty.Possible,
            Explanation = evidence.FaultTypes.Count > 0 ? $"The failure ({evidence.FaultTypes[0]}) is none of those that are known to come from GPUs." : "The failure is none of those that are known to come from GPUs.",
            Line = line?.Text,
            LineOrigin = line?.Origin,
            NextStep = "Read the VM's vmware.log and the host's vmkernel.log of that minute; what stands before 'power on failed' is the cause.",
            Source = "none",
        };
    }
}
