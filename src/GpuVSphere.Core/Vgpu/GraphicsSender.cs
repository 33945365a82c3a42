using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Sends the graphics configuration of a host and holds what is read back against what was wanted.</summary>
internal sealed class GraphicsSender(GpuHost host, GraphicsState before, GraphicsPlanner plan)
{
    private static readonly TimeSpan s_takeBackTime = TimeSpan.FromMinutes(1);

    private string? _trouble;

    public GraphicsConfig? Config => plan.Config;

    /// <summary>Sends the whole configuration in one call.</summary>
    public async Task SendAsync(VimSession session, CancellationToken cancellationToken)
    {
        if (plan.Config is not { } config)
        {
            return;
        }

        try
        {
            await session.UpdateGraphicsConfigAsync(before.Graphics.Manager, config, cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException fault) when (IsDriverInTheWay(fault))
        {
            // Where the VIB came first, a 6.x host may refuse Shared Direct for a device; its default can be switched, and the devices follow it.
            _trouble = fault.FaultMessage;
            await session.EsxCliAsync(
                host.Id.Reference,
                "graphics host set",
                [
                    new KeyValuePair<string, string>("defaulttype", config.DefaultType == GraphicsWords.SharedDirect ? "SharedPassthru" : "Shared"),
                    new KeyValuePair<string, string>("sharedpassthruassignmentpolicy", config.AssignmentPolicy == "consolidation" ? "Consolidation" : "Performance"),
                ],
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what was configured before.</summary>
    public async Task TakeBackAsync(VimSession session)
    {
        using CancellationTokenSource limit = new(s_takeBackTime);
        try
        {
            await session.UpdateGraphicsConfigAsync(before.Graphics.Manager, before.Graphics.Config!, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GpuVSphereException or OperationCanceledException)
        {
            // The error that led here is the one to be told; Undo-GpuChange takes the configuration back as well.
        }
    }

    /// <summary>Restarts xorg, which before 7.0 U1 brings graphics types into force, and has the host look again.</summary>
    public async Task RestartXorgAsync(VimSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.RestartServiceAsync(before.Graphics.ServiceSystem, "xorg", cancellationToken).ConfigureAwait(false);
            await session.RefreshGraphicsManagerAsync(before.Graphics.Manager, cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException fault) when (fault is not NotAuthenticatedException)
        {
            // The configuration stands; that it is not in force yet is read back and said.
            _trouble = $"xorg could not be restarted: {fault.FaultMessage}";
        }
    }

    /// <summary>Holds what is seen against what was wanted.</summary>
    public HostVerification Verify(GraphicsState seen)
    {
        HostChangeState state = HostChangeState.InForce;
        List<string> texts = [];
        if (seen.Graphics.Config is not { } config)
        {
            return new HostVerification(HostChangeState.NotApplied, "The host does not say how its graphics are configured.");
        }

        Hold(plan.DefaultType, config.DefaultType, $"The default graphics type is {GraphicsWords.Display(config.DefaultType)}.");
        Hold(plan.Policy, config.AssignmentPolicy, $"The assignment policy is {config.AssignmentPolicy}.");
        foreach (PciAddress address in plan.Types.Keys.Union(plan.Modes.Keys).OrderBy(address => address))
        {
            bool isConfigured = (!plan.Types.TryGetValue(address, out string? type) || seen.ConfiguredType(address) == type)
                && (!plan.Modes.TryGetValue(address, out string? mode) || seen.ConfiguredMode(address) == mode);
            string configured = GraphicsWords.Display(seen.ConfiguredType(address)) + (seen.ConfiguredMode(address) is { } size && plan.Modes.Count > 0 ? " " + size : string.Empty);
            string now = seen.ActiveType(address) is { } active
                ? GraphicsWords.Display(active) + (seen.ActiveMode(address) is { } activeMode && plan.Modes.Count > 0 ? " " + activeMode : string.Empty)
                : string.Empty;
            texts.Add(now == configured ? $"{address} is {configured}."
                : now.Length > 0 ? $"{address} is configured as {configured} and still {now}."
                : $"{address} is configured as {configured}; no driver serves it yet.");
            HostChangeState reached = !isConfigured ? HostChangeState.NotApplied : seen.IsWaiting(address) ? HostChangeState.RebootPending : HostChangeState.InForce;
            state = reached < state ? reached : state;
        }

        if (_trouble is not null && state != HostChangeState.InForce)
        {
            texts.Add(_trouble);
        }

        return new HostVerification(state, string.Join(" ", texts));

        void Hold(string? wanted, string found, string text)
        {
            if (wanted is not null)
            {
                texts.Add(text);
                state = found == wanted ? state : HostChangeState.NotApplied;
            }
        }
    }

    private bool IsDriverInTheWay(VimFaultException fault) =>
        before.HasDriver
        && fault is not (NoPermissionException or NotAuthenticatedException)
        && fault.FaultType is "NotSupported" or "HostConfigFault" or "PlatformConfigFault"
        && !new ApiVersion(host.Version).IsAtLeast(7, 0)
        && plan.Modes.Count == 0;
}
