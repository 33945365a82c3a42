using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>The graphics manager of a host.</summary>
public static class HostGraphicsCalls
{
    /// <summary>Reads what hosts are configured to use their graphics devices for, and what is in force.</summary>
    /// <param name="session">The session.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One entry for each host that is still there, in the order asked for.</returns>
    public static async Task<IReadOnlyList<HostGraphics>> ReadGraphicsAsync(
        this VimSession session, IReadOnlyList<ManagedObjectReference> hosts, CancellationToken cancellationToken)
    {
        Dictionary<ManagedObjectReference, HostGraphics> found = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of([.. hosts.Distinct()], "configManager.graphicsManager", "configManager.serviceSystem", "config.graphicsConfig", "config.graphicsInfo")],
            reference =>
            {
                // A host that was removed comes without a single property.
                return new DelegateObjectReader((path, value) =>
                {
                    HostGraphics host = found.TryGetValue(reference, out HostGraphics? known) ? known : new HostGraphics { Host = reference };
                    found[reference] = path switch
                    {
                        "configManager.graphicsManager" => host with { Manager = value.Reference() },
                        "configManager.serviceSystem" => host with { ServiceSystem = value.Reference() },
                        "config.graphicsConfig" => host with { Config = ReadConfig(value.Object()) },
                        "config.graphicsInfo" => host with { Devices = ReadInfos(value.Object()) },
                        _ => host,
                    };
                });
            },
            cancellationToken).ConfigureAwait(false);
        return [.. hosts.Distinct().Where(found.ContainsKey).Select(host => found[host])];
    }

    /// <summary>Configures the graphics of a host. The call ends when the configuration is written; what is in force says <c>graphicsInfo</c>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="graphicsManager">The host's <c>configManager.graphicsManager</c>.</param>
    /// <param name="config">The whole configuration: every device that is named today, changed or not.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VimFaultException">NoPermission without Host.Config.Settings, HostConfigFault.</exception>
    public static Task UpdateGraphicsConfigAsync(
        this VimSession session, ManagedObjectReference graphicsManager, GraphicsConfig config, CancellationToken cancellationToken) =>
        session.CallAsync(
            graphicsManager,
            "UpdateGraphicsConfig",
            writer => writer.Element("config", element =>
            {
                element.Element("hostDefaultGraphicsType", config.DefaultType).Element("sharedPassthruAssignmentPolicy", config.AssignmentPolicy);
                foreach (GraphicsDeviceType device in config.Devices)
                {
                    element.Element("deviceType", type => type
                        .Element("deviceId", device.DeviceId)
                        .Element("graphicsType", device.GraphicsType)
                        .Element("vgpuMode", session.ApiVersion.IsAtLeast(8, 0, 3) ? device.VgpuMode : null));
                }
            }),
            cancellationToken);

    /// <summary>Has the host read anew what its graphics devices do. It needs Host.Config.Settings.</summary>
    /// <param name="session">The session.</param>
    /// <param name="graphicsManager">The host's <c>configManager.graphicsManager</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task RefreshGraphicsManagerAsync(this VimSession session, ManagedObjectReference graphicsManager, CancellationToken cancellationToken) =>
        session.CallAsync(graphicsManager, "RefreshGraphicsManager", null, cancellationToken);

    /// <summary>Restarts a service of a host, such as <c>xorg</c>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="serviceSystem">The host's <c>configManager.serviceSystem</c>.</param>
    /// <param name="key">The service.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VimFaultException">NotFound; NoPermission without Host.Config.NetService; HostConfigFault.</exception>
    public static Task RestartServiceAsync(this VimSession session, ManagedObjectReference serviceSystem, string key, CancellationToken cancellationToken) =>
        session.CallAsync(serviceSystem, "RestartService", writer => writer.Element("id", key), cancellationToken);

    private static GraphicsConfig ReadConfig(VimReader value)
    {
        string type = string.Empty, policy = string.Empty;
        List<GraphicsDeviceType> devices = [];
        while (value.NextChild())
        {
            switch (value.Name)
            {
                case "hostDefaultGraphicsType": type = value.String(); break;
                case "sharedPassthruAssignmentPolicy": policy = value.String(); break;
                case "deviceType": devices.Add(ReadDevice(value.Object())); break;
            }
        }

        return new GraphicsConfig(type, policy, devices);
    }

    private static GraphicsDeviceType ReadDevice(VimReader value)
    {
        string id = string.Empty, type = string.Empty;
        string? mode = null;
        while (value.NextChild())
        {
            switch (value.Name)
            {
                case "deviceId": id = value.String(); break;
                case "graphicsType": type = value.String(); break;
                case "vgpuMode": mode = value.String(); break;
            }
        }

        return new GraphicsDeviceType(id, type, string.IsNullOrEmpty(mode) ? null : mode);
    }

    private static List<GraphicsInfo> ReadInfos(VimReader array)
    {
        List<GraphicsInfo> infos = [];
        while (array.NextChild())
        {
            string id = string.Empty, name = string.Empty, type = string.Empty;
            string? mode = null;
            long memory = 0;
            List<ManagedObjectReference> vms = [];
            VimReader info = array.Object();
            while (info.NextChild())
            {
                switch (info.Name)
                {
                    case "deviceName": name = info.String(); break;
                    case "pciId": id = info.String(); break;
                    case "graphicsType": type = info.String(); break;
                    case "vgpuMode": mode = info.String(); break;
                    case "memorySizeInKB": memory = info.Int64(); break;
                    case "vm": vms.Add(info.Reference()); break;
                }
            }

            infos.Add(new GraphicsInfo(id, name, type, string.IsNullOrEmpty(mode) ? null : mode, memory, vms));
        }

        return infos;
    }
}
