using System.Collections.Generic;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The host has less free memory than the VM reserves.</summary>
internal sealed class HostMemoryCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.HostMemory;

    /// <inheritdoc/>
    public override string Title => "The host has less free memory than the VM reserves";

    /// <inheritdoc/>
    public override string KnownBy => "InsufficientMemoryResourcesFault: 'The host does not have sufficient memory resources to satisfy the reservation'";

    /// <inheritdoc/>
    public override string Source => "PowerOnVM_Task: InsufficientResourcesFault; a VM with a GPU reserves all of its memory";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        PowerOnLine? line = evidence.Find(PowerOnTexts.HostMemory);
        if (line is null && !evidence.IsFault("InsufficientMemoryResourcesFault"))
        {
            yield break;
        }

        string wants = evidence.Vm is { } vm ? $"{vm.Name} reserves {vm.MemoryReservationMB} MB" : "The VM reserves all of its memory";
        yield return Finding(
            evidence,
            PowerOnCertainty.Proved,
            line,
            $"{wants}, and {evidence.HostText}{(evidence.Host?.MemoryMB is { } all ? $", which has {all} MB in all," : string.Empty)} has less free.",
            "Give the VM less memory, power off another VM with reserved memory on this host, or move it to a host with more.");
    }
}
