using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Sets the graphics types, vGPU modes and assignment policy of hosts.</summary>
internal sealed class GraphicsOperation(ChangeIntent intent, OperationContext context) : HostOperation(intent, context)
{
    /// <summary>The kind of the intents.</summary>
    public const string IntentKind = "HostGraphics";

    protected override async Task<HostProposal> ProposeAsync(VimSession session, HostSubject subject, CancellationToken cancellationToken)
    {
        IReadOnlyList<HostGraphics> read = subject.Host.IsConnected
            ? await session.ReadGraphicsAsync([subject.Host.Id.Reference], cancellationToken).ConfigureAwait(false)
            : [];
        return Plan(subject, Options, read.FirstOrDefault() ?? new HostGraphics { Host = subject.Host.Id.Reference });
    }

    /// <summary>Plans one host. Pure.</summary>
    internal static HostProposal Plan(HostSubject subject, HostChangeOptions options, HostGraphics graphics)
    {
        HostProposal proposal = new(subject, options);
        GpuHost host = subject.Host;
        GraphicsState state = new(host, graphics);
        if (!host.IsConnected || host.Devices.Count == 0)
        {
            proposal.Check(ReadinessAction.SetGraphics, [], []);
            return proposal;
        }

        if (!state.CanConfigure)
        {
            proposal.Findings.Add(new Finding(
                "HOST-GRAPHICS",
                FindingSeverity.Block,
                subject.Target,
                $"{host.Name} (ESXi {host.Version}) does not say how its graphics are configured, so they cannot be changed; that came with vSphere 6.5.",
                "Look at Configure > Hardware > Graphics of the host in the vSphere Client.")
            {
                ErrorId = "GraphicsNotSupported",
                ErrorCategory = GpuErrorCategory.NotSupported,
            });
            return proposal;
        }

        GraphicsPlanner planner = new(proposal, state);
        planner.Plan(options.Reboot);
        bool changes = planner.Config is not null;
        bool waits = planner.Waiting.Count > 0;
        bool hasWork = changes || waits;

        // Before 7.0 U1 a restart of xorg suffices, unless the reboot that NVIDIA's guide asks for was asked for.
        bool restartsXorg = hasWork && !options.Reboot && state.HasDriver && GraphicsWords.IsXorgEnough(host.Version);

        // Without a driver nothing comes into force, so nothing waits; the reboot of its installation will do, or one that is asked for now.
        bool needsReboot = hasWork && !restartsXorg && (state.HasDriver || options.Reboot);
        bool isRebooted = needsReboot && options.Reboot;
        if (isRebooted)
        {
            proposal.AddReboot();
            proposal.Check(ReadinessAction.SetGraphics, [], [HostProposal.MaintenancePrivilege]);
        }

        planner.AddInForce(isRebooted || !restartsXorg ? HostProposal.RebootBarrier : null, isRebooted ? ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot : ChangeNeeds.None);
        Tell(proposal, state, planner, restartsXorg, needsReboot);
        proposal.Change = new GraphicsChange(subject.Target, host, new GraphicsSender(host, state, planner))
        {
            Fields = planner.Fields,
            NeedsReboot = needsReboot,
            AwaitsReboot = isRebooted && changes,
            RestartsXorg = restartsXorg,
            Pending = waits && !changes && !options.Reboot && !restartsXorg
                ? $"Configured and not in force yet: {string.Join(", ", planner.Waiting)}. {GraphicsWords.HowToBringIntoForce(host.Version, host.Name)}"
                : null,
        };
        return proposal;
    }

    private static void Tell(HostProposal proposal, GraphicsState state, GraphicsPlanner planner, bool restartsXorg, bool needsReboot)
    {
        if (planner.Config is null && planner.Waiting.Count == 0)
        {
            return;
        }

        if (restartsXorg)
        {
            proposal.Tell("has its xorg service restarted, which brings graphics types into force before 7.0 U1");
        }
        else if (!state.HasDriver)
        {
            proposal.Tell("has no NVIDIA driver that serves a GPU: the types come into force when it is installed");
        }
        else if (needsReboot && !proposal.Options.Reboot)
        {
            proposal.Tell("is configured and not rebooted: " + GraphicsWords.HowToBringIntoForce(proposal.Host.Version, proposal.Host.Name));
        }

        if (planner.Policy is not null && (planner.Modes.Values.Contains(GraphicsWords.MixedSize) || planner.Types.Keys.Any(address => state.ConfiguredMode(address) == GraphicsWords.MixedSize)))
        {
            proposal.Tell("has GPUs for vGPUs of mixed size, for which the assignment policy is ignored");
        }
    }
}
