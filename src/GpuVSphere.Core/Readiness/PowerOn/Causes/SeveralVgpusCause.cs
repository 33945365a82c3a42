using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>ESXi before 8.0 does not take several vGPUs of parts of a GPU.</summary>
internal sealed class SeveralVgpusCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.SeveralVgpus;

    /// <inheritdoc/>
    public override string Title => "Several vGPUs in a VM, of parts of a GPU, on ESXi before 8.0";

    /// <inheritdoc/>
    public override string KnownBy => "the vGPU plug-in does not start, and the VM has several vGPUs of which one has a part of a GPU's memory";

    /// <inheritdoc/>
    public override string Source => "NVIDIA vGPU user guide: before vSphere 8.0 several vGPUs in a VM must have the whole frame buffer of a GPU";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.PluginLine is not { } line
            || evidence.Vgpus.Count() < 2
            || evidence.Host is not { Version.Length: > 0 } host
            || new Vim.ApiVersion(host.Version).IsAtLeast(8, 0))
        {
            yield break;
        }

        string[] parts = [.. evidence.Profiles.Where(IsPart)];
        if (parts.Length > 0)
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Likely,
                line,
                $"{evidence.VmText} has {evidence.Vgpus.Count()} vGPUs; ESXi {host.Version} takes several only of profiles with the whole memory of a GPU, and {string.Join(", ", parts)} has a part",
                "Leave it one vGPU (Remove-VmVgpuProfile), or give it profiles of the largest size (Set-VmVgpuProfile); or move it to a host with vSphere 8.0 or later.");
        }
    }

    private static bool IsPart(string profile) => VgpuCatalog.InUse.FindType(profile) is { } type
        && VgpuCatalog.InUse.Boards.Any(board => board.Name == type.Board && type.MemoryMB < board.MemoryMB / Math.Max(1, board.GpusPerBoard));
}
