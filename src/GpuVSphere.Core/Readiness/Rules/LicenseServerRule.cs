using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The kind of licence server that the release works with is known.</summary>
internal sealed class LicenseServerRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "LICENSE-SERVER";

    /// <inheritdoc/>
    public override string Title => "The kind of licence server that the guests need is known";

    /// <inheritdoc/>
    public override string Why => "vGPUs take their licence from a server, and the two kinds do not replace each other: releases up to 11 know the legacy server alone, those from 15 on the NVIDIA License System alone.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA License System FAQ; vGPU release notes 12.x, 15.x and 19.0";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host || (subject.Action == ReadinessAction.PowerOn && (subject.Vm is null || ConfiguredGpus.Vgpus(subject.Vm).Count == 0)))
        {
            yield break;
        }

        if (!subject.HostSoftware.IsKnown)
        {
            yield return Verdict.Unconfirmed($"Which licence server guests on {host.Name} need cannot be told, because {subject.HostSoftware.WhyUnknown}: confirm it by the release.", "Get-VgpuRelease shows it for each.");
            yield break;
        }

        if (subject.HostSoftware.Value?.Manager is not { } manager)
        {
            yield break;
        }

        string[] accepted =
        [
            .. new[] { (LicenseServerKind.Nls, "the NVIDIA License System (CLS or DLS), by a client token"), (LicenseServerKind.Legacy, "the legacy licence server, by gridd.conf") }
                .Where(server => VgpuSupport.JudgeLicense(VgpuCatalog.InUse, manager, server.Item1).Verdict == CompatibilityVerdict.Compatible)
                .Select(server => server.Item2),
        ];
        yield return accepted.Length > 0
            ? Verdict.Advice($"Guests of vGPU {manager.ReleaseText} on {host.Name} take their licence from {string.Join(", or ", accepted)}.", "Whether there are licences enough, and whether guests reach the server (DNS, port 443), is to be confirmed there.")
            : Verdict.Unconfirmed($"Which licence server works with {manager} is not known: confirm.", "Get-VgpuRelease shows it for each release; 13.x and 14.x work with both.");
    }
}
