using System;
using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>What the guest fetches and runs as root can be fetched, and is what was meant.</summary>
internal sealed class FlexDirectDownloadRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "FLEX-DOWNLOAD";

    /// <inheritdoc/>
    public override string Title => "The installer that the guest fetches arrives unchanged";

    /// <inheritdoc/>
    public override string Why => "The installer is run as root. Without TLS and without a checksum, whoever is between the guest and the server decides what is run.";

    /// <inheritdoc/>
    public override string Source => "VMware's guide to GPUs for machine learning (2019), 7.2.2: wget -O - getflex.bitfusion.io | sudo bash, which is plain HTTP";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallFlexDirect;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.FlexDirect is not { Download: { } source } asked)
        {
            yield break;
        }

        if (asked.Fetcher is null)
        {
            yield return Verdict.Confirmed($"{subject.Target.Name} has neither wget nor curl to fetch {source} with.", $"Upload the installer instead: Install-FlexDirect -VM {Typed.Name(subject.Target.Name)} -Path <file>");
        }

        if (asked.HasChecksum)
        {
            yield return Verdict.Holds("What is fetched is compared with its checksum.");
        }
        else if (!source.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            yield return Verdict.Unconfirmed($"{subject.Target.Name} fetches {source} without TLS and runs it as root: whether it arrives unchanged cannot be told. -Sha256 or an https:// address can.");
        }
        else
        {
            yield return Verdict.Holds("The installer is fetched by TLS.");
        }
    }
}
