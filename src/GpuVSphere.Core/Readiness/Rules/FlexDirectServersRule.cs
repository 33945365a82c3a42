using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>What servers.conf says is read by the program as it is meant.</summary>
internal sealed class FlexDirectServersRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "FLEX-SERVERS";

    /// <inheritdoc/>
    public override string Title => "The client's list of servers is one that its release reads";

    /// <inheritdoc/>
    public override string Why => "A client that does not understand its servers.conf reaches none of its servers, and says only that none responded.";

    /// <inheritdoc/>
    public override string Source => "VMware's guide to GPUs for machine learning (2019), 7.2.10: one address or host name per line; ports are seen in the later YAML form";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.SetFlexDirectServers;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.FlexDirect is not { } asked)
        {
            yield break;
        }

        if (asked.PortsInLines.Count > 0)
        {
            yield return Verdict.Unconfirmed(
                $"Whether the FlexDirect of {subject.Target.Name} reads a port behind an address is not known ({string.Join(", ", asked.PortsInLines)}): its guide shows addresses alone. Test-FlexDirectHealth shows whether it reaches them.");
        }

        if (asked.WrongAddresses.Count > 0)
        {
            yield return Verdict.Unconfirmed(
                $"The servers.conf of {subject.Target.Name} has what is no address, and it stays there: {string.Join(", ", asked.WrongAddresses)}. Set-FlexDirectServer -Address writes the list anew without it.");
        }

        if (asked.PortsInLines.Count == 0 && asked.WrongAddresses.Count == 0)
        {
            yield return Verdict.Holds("Every address is one that the program reads.");
        }
    }
}
