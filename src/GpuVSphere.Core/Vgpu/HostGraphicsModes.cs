using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Reads what hosts use their GPUs for.</summary>
public static class HostGraphicsModes
{
    /// <summary>Reads hosts of one server in one call.</summary>
    /// <param name="session">The server's session.</param>
    /// <param name="hosts">The hosts, as the inventory has them; those that do not answer are passed over.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One for each host that answers, in the order given.</returns>
    public static async Task<IReadOnlyList<HostGraphicsMode>> ReadAsync(VimSession session, IReadOnlyList<GpuHost> hosts, CancellationToken cancellationToken)
    {
        GpuHost[] connected = [.. hosts.Where(host => host.IsConnected)];
        IReadOnlyList<HostGraphics> read = await session.ReadGraphicsAsync([.. connected.Select(host => host.Id.Reference)], cancellationToken).ConfigureAwait(false);
        Dictionary<ManagedObjectReference, HostGraphics> byHost = read.ToDictionary(graphics => graphics.Host);
        return [.. connected.Where(host => byHost.ContainsKey(host.Id.Reference)).Select(host => Of(new GraphicsState(host, byHost[host.Id.Reference])))];
    }

    internal static HostGraphicsMode Of(GraphicsState state)
    {
        GpuGraphicsMode[] gpus = [.. state.Host.Devices.OrderBy(device => device.Address).Select(device => Of(state, device))];
        string[] waiting = [.. gpus.Where(gpu => gpu.IsPending).Select(gpu => $"{gpu.Address} ({Waiting(state, gpu)})")];
        return new HostGraphicsMode
        {
            HostId = state.Host.Id,
            HostName = state.Host.Name,
            ServerName = state.Host.ServerName,
            Version = state.Host.Version,
            DefaultGraphicsType = GraphicsWords.Type(state.Graphics.Config?.DefaultType),
            AssignmentPolicy = GraphicsWords.PolicyOf(state.Graphics.Config?.AssignmentPolicy),
            Gpus = gpus,
            HasDriver = state.HasDriver,
            Pending = waiting.Length == 0 ? null
                : $"Not in force yet: {string.Join(", ", waiting)}. {GraphicsWords.HowToBringIntoForce(state.Host.Version, state.Host.Name)}",
        };
    }

    // Of type and mode, what waits.
    private static string Waiting(GraphicsState state, GpuGraphicsMode gpu)
    {
        string wanted = GraphicsWords.Display(state.ConfiguredType(gpu.Address));
        return wanted != gpu.ActiveType
            ? $"{gpu.ActiveType} now, {wanted} configured"
            : $"{gpu.ActiveVgpuMode} now, {state.ConfiguredMode(gpu.Address)} configured";
    }

    private static GpuGraphicsMode Of(GraphicsState state, GpuDevice device)
    {
        GraphicsInfo? info = state.Info(device.Address);
        bool isAway = device.IsActive || string.Equals(info?.GraphicsType, "direct", StringComparison.Ordinal);
        return new GpuGraphicsMode
        {
            Address = device.Address,
            Model = device.Model ?? device.Name,
            ConfiguredType = isAway ? null : GraphicsWords.Type(state.ConfiguredType(device.Address)),
            ActiveType = info is null && isAway ? "Direct" : GraphicsWords.Display(info?.GraphicsType),
            ConfiguredVgpuMode = isAway ? null : GraphicsWords.Mode(state.ConfiguredMode(device.Address)),
            ActiveVgpuMode = info?.VgpuMode ?? string.Empty,
            MemoryMB = info is { MemoryKB: > 0 } ? info.MemoryKB / 1024 : null,
            Vms = [.. device.Assignments.Select(assignment => assignment.VmName).Distinct()],
            IsPending = !isAway && state.IsWaiting(device.Address),
        };
    }
}
