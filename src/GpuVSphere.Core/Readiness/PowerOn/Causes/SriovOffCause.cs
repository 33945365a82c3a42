using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>SR-IOV is off in the BIOS of the server.</summary>
internal sealed class SriovOffCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.SriovOff;

    /// <inheritdoc/>
    public override string Title => "SR-IOV is off in the BIOS of the server, which Ampere and later need for vGPU";

    /// <inheritdoc/>
    public override string KnownBy => "the vGPU plug-in does not start, and the GPU is one that uses SR-IOV";

    /// <inheritdoc/>
    public override string Source => "frankdenneman.nl 2022-10-18; blogs.vmware.com 2020-09 (MIG, part 2): SR-IOV Global Enable";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.PluginLine is { } line && (evidence.Profiles.Count == 0 || evidence.Profiles.Any(UsesSriov)))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Possible,
                line,
                "SR-IOV may be off in the server's BIOS, which Ampere and later need",
                $"Look in the BIOS of {evidence.HostText} for 'SR-IOV Global Enable' or its like, switch it on and reboot; vSphere does not show it.");
        }
    }

    private static bool UsesSriov(string profile) =>
        VgpuCatalog.InUse.FindType(profile) is not { } type || VgpuCatalog.InUse.Boards.Any(board => board.Name == type.Board && board.UsesSriov);
}
