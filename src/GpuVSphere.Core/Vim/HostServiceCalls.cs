using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>The services of a host.</summary>
public static class HostServiceCalls
{
    /// <summary>Finds what a host's services are managed through.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The host's <c>configManager.serviceSystem</c>; empty when the host gives none.</returns>
    public static async Task<ManagedObjectReference> FindServiceSystemAsync(this VimSession session, ManagedObjectReference host, CancellationToken cancellationToken)
    {
        ManagedObjectReference found = default;
        await session.RetrieveAsync(
            [PropertyQuery.Of([host], "configManager.serviceSystem")],
            _ => new DelegateObjectReader((_, value) => found = value.Reference()),
            cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>Reads a host's services.</summary>
    /// <param name="session">The session.</param>
    /// <param name="serviceSystem">The host's <c>configManager.serviceSystem</c>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<IReadOnlyList<HostService>> ReadServicesAsync(this VimSession session, ManagedObjectReference serviceSystem, CancellationToken cancellationToken)
    {
        List<HostService> services = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of([serviceSystem], "serviceInfo")],
            _ => new DelegateObjectReader((_, value) =>
            {
                VimReader info = value.Object();
                while (info.NextChild())
                {
                    if (info.Name == "service")
                    {
                        services.Add(ReadService(info.Object()));
                    }
                }
            }),
            cancellationToken).ConfigureAwait(false);
        return services;
    }

    /// <summary>Starts a service of a host.</summary>
    /// <param name="session">The session.</param>
    /// <param name="serviceSystem">The host's <c>configManager.serviceSystem</c>.</param>
    /// <param name="key">The service, such as <c>TSM-SSH</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VimFaultException">NotFound; NoPermission without Host.Config.NetService; HostConfigFault.</exception>
    public static Task StartServiceAsync(this VimSession session, ManagedObjectReference serviceSystem, string key, CancellationToken cancellationToken) =>
        session.CallAsync(serviceSystem, "StartService", writer => writer.Element("id", key), cancellationToken);

    /// <summary>Stops a service of a host.</summary>
    /// <param name="session">The session.</param>
    /// <param name="serviceSystem">The host's <c>configManager.serviceSystem</c>.</param>
    /// <param name="key">The service, such as <c>TSM-SSH</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VimFaultException">NotFound; NoPermission without Host.Config.NetService; HostConfigFault.</exception>
    public static Task StopServiceAsync(this VimSession session, ManagedObjectReference serviceSystem, string key, CancellationToken cancellationToken) =>
        session.CallAsync(serviceSystem, "StopService", writer => writer.Element("id", key), cancellationToken);

    private static HostService ReadService(VimReader value)
    {
        string key = string.Empty, label = string.Empty, policy = string.Empty;
        bool isRunning = false;
        while (value.NextChild())
        {
            switch (value.Name)
            {
                case "key": key = value.String(); break;
                case "label": label = value.String(); break;
                case "running": isRunning = value.Boolean(); break;
                case "policy": policy = value.String(); break;
            }
        }

        return new HostService(key, label, isRunning, policy);
    }
}
