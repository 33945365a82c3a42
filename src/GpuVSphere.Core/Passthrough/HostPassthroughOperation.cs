using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Passthrough;

/// <summary>Enables or disables passthrough of GPUs on hosts, or sets their hardware labels: any number of devices of any number of hosts.</summary>
internal sealed class HostPassthroughOperation(ChangeIntent intent, OperationContext context) : HostOperation(intent, context)
{
    /// <summary>The kind of the intents.</summary>
    public const string IntentKind = "HostPassthrough";

    /// <summary>What an intent wants of an address: passthrough on.</summary>
    public const string Enabled = "enabled";

    /// <summary>What an intent wants of an address: passthrough off.</summary>
    public const string Disabled = "disabled";

    /// <summary>Before an address in an intent: the label is meant.</summary>
    public const string LabelPrefix = "label:";

    protected override async Task<HostProposal> ProposeAsync(VimSession session, HostSubject subject, CancellationToken cancellationToken)
    {
        bool isAsked = subject.Host.IsConnected
            && (ReadinessRules.EvidenceFor(ReadinessAction.EnablePassthrough, Options.SkipRules) & EvidenceKinds.BootDevice) != 0
            && subject.Intent.Wanted.Any(wanted => wanted.Value == Enabled && !IntentConditions.IsCondition(wanted.Key));
        Evidence<bool> bootsFromUsb = isAsked
            ? await BootDevice.ReadAsync(session, subject.Host, cancellationToken).ConfigureAwait(false)
            : Evidence<bool>.Unknown("it was not asked for");
        return HostPassthroughPlanner.Plan(subject, Options, bootsFromUsb);
    }
}
