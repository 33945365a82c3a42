using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What a user can ask for of the graphics of hosts, as intents.</summary>
public static class GraphicsIntents
{
    /// <summary>The graphics of hosts are to be set. What is null stays as it is.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="devices">The GPUs that are meant, by host; a host that is not in it means its default and all of its GPUs that are not in passthrough.</param>
    /// <param name="type">The graphics type; of a host's default only where all of its GPUs are meant.</param>
    /// <param name="policy">The assignment policy of the hosts.</param>
    /// <param name="mode">The vGPU mode of the GPUs: vSphere 8.0 U3 and later.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent Set(
        IEnumerable<GpuHost> hosts,
        IReadOnlyDictionary<GpuHost, IReadOnlyList<PciAddress>> devices,
        GraphicsType? type,
        AssignmentPolicy? policy,
        VgpuMode? mode,
        HostChangeOptions options)
    {
        options.Validate();
        List<string> title = [];
        if (type is { } named)
        {
            title.Add("graphics type " + named);
        }

        if (policy is { } spread)
        {
            title.Add("assignment policy " + spread);
        }

        if (mode is { } size)
        {
            title.Add("vGPU mode " + size);
        }

        return new ChangeIntent(
            GraphicsOperation.IntentKind,
            "Set " + string.Join(", ", title),
            [.. hosts.Select(host => new IntentTarget(new PlanTarget(host.Id, host.Name, host.ServerName), Wanted(devices.TryGetValue(host, out IReadOnlyList<PciAddress>? some) ? some : null, type, policy, mode)))],
            options.ToOptions());
    }

    internal static Dictionary<string, string> Wanted(IReadOnlyList<PciAddress>? devices, GraphicsType? type, AssignmentPolicy? policy, VgpuMode? mode)
    {
        Dictionary<string, string> wanted = new(StringComparer.Ordinal);
        if (type is { } named)
        {
            if (devices is null)
            {
                wanted[GraphicsWords.Default] = GraphicsWords.Of(named);
            }

            Add(GraphicsWords.TypePrefix, GraphicsWords.Of(named));
        }

        if (policy is { } spread)
        {
            wanted[GraphicsWords.Policy] = GraphicsWords.Of(spread);
        }

        if (mode is { } size)
        {
            Add(GraphicsWords.ModePrefix, GraphicsWords.Of(size));
        }

        return wanted;

        void Add(string prefix, string value)
        {
            foreach (string name in devices is null ? [GraphicsWords.Every] : devices.Select(address => address.ToString()))
            {
                wanted[prefix + name] = value;
            }
        }
    }
}
