using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>No GPU of the host has room for the vGPU.</summary>
internal sealed class NoGraphicsResourcesCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.NoGraphicsResources;

    /// <inheritdoc/>
    public override string Title => "No GPU of the host has room for the vGPU, or offers its profile";

    /// <inheritdoc/>
    public override string KnownBy => "'The amount of graphics resource available in the parent resource pool is insufficient', and a GPU is Shared Direct";

    /// <inheritdoc/>
    public override string Source => "frankdenneman.ai 2026-02-17, 2026-02-24: same-size GPUs are locked to one size, mixed-size and MIG have placements";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.NoResourceLine is not { } line)
        {
            yield break;
        }

        string profiles = evidence.Profiles.Count > 0 ? string.Join(", ", evidence.Profiles) : "the vGPU";
        if (!evidence.KnowsHost)
        {
            yield return Finding(
                evidence, PowerOnCertainty.Possible, line, $"No GPU of {evidence.HostText} has room for {profiles}, or none offers it", "Get-GpuCapacity shows what still starts. " + evidence.LookAtVm);
            yield break;
        }

        GpuDevice[] own = [.. evidence.Host!.Devices.Where(device => evidence.Profiles.Any(profile => NotSharedDirectCause.IsFor(device, profile)))];
        bool isKnown = evidence.Profiles.All(profile => VgpuCatalog.InUse.FindType(profile) is not null);
        if (own.Length > 0 && own.All(device => device.GraphicsType is "shared" or "basic" or "direct"))
        {
            yield break;
        }

        string look = evidence.Profiles.Count > 0 ? $"Get-GpuCapacity -VMHost {Typed.Name(evidence.HostName, "<host>")} -VgpuProfile {Typed.Name(evidence.Profiles[0])}" : $"Get-GpuCapacity -VMHost {Typed.Name(evidence.HostName, "<host>")}";
        if (own.Length == 0 && isKnown && evidence.Profiles.Count > 0)
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                $"{evidence.HostText} has no GPU that {profiles} belongs to.",
                $"Get-VgpuProfile -VMHost {Typed.Name(evidence.HostName, "<host>")} lists what it offers: give the VM one of those (Set-VmVgpuProfile), or move it to a host with the GPU.",
                $"Get-VgpuProfile -VMHost {Typed.Name(evidence.HostName, "<host>")}");
            yield break;
        }

        string running = string.Join(", ", own.SelectMany(device => device.Assignments).Where(holder => holder.IsRunning).Select(holder => holder.VmName).Distinct().OrderBy(name => name, System.StringComparer.OrdinalIgnoreCase));
        yield return Finding(
            evidence,
            own.Length > 0 && own.All(device => device.GraphicsType == "sharedDirect") ? PowerOnCertainty.Proved : PowerOnCertainty.Likely,
            line,
            $"No GPU of {evidence.HostText} has room for {profiles}: all are full, or run vGPUs of another size (same-size mode), or have no free placement (mixed-size, MIG)"
            + (running.Length > 0 ? $". On them run {running}" : string.Empty),
            "Get-GpuCapacity shows what still starts and what is in the way: power off a VM that is, take a profile that fits (Set-VmVgpuProfile), or move the VM to a host with room.",
            look);
    }
}
