using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>The graphics configuration of one host: sent as a whole, brought into force where no reboot was asked for, and read back.</summary>
internal sealed class GraphicsChange(PlanTarget target, GpuHost host, GraphicsSender sender) : HostChange(target, host)
{
    /// <summary>Whether xorg is restarted after the configuration was sent.</summary>
    public bool RestartsXorg { get; init; }

    /// <summary>Whether a reboot was asked for, so that nothing counts as in force before it.</summary>
    public bool AwaitsReboot { get; init; }

    public override bool HasSomethingToApply => sender.Config is not null || RestartsXorg;

    public override async Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken) =>
        (await StateAsync(session, cancellationToken).ConfigureAwait(false)).Values();

    public override async Task ApplyAsync(VimSession session, CancellationToken cancellationToken)
    {
        await sender.SendAsync(session, cancellationToken).ConfigureAwait(false);
        if (RestartsXorg)
        {
            await sender.RestartXorgAsync(session, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken)
    {
        GraphicsState state = await StateAsync(session, cancellationToken).ConfigureAwait(false);
        HostVerification seen = sender.Verify(state);
        bool waits = AwaitsReboot && Known.BootTime is { } before && state.Host.BootTime == before;
        return waits && seen.State == HostChangeState.InForce ? seen with { State = HostChangeState.RebootPending } : seen;
    }

    private async Task<GraphicsState> StateAsync(VimSession session, CancellationToken cancellationToken)
    {
        GpuHost now = await ReadHostAsync(session, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<HostGraphics> read = await session.ReadGraphicsAsync([now.Id.Reference], cancellationToken).ConfigureAwait(false);
        return new GraphicsState(now, read.FirstOrDefault() ?? new HostGraphics { Host = now.Id.Reference });
    }
}
