using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness;

/// <summary>Finds out whether a host boots from USB, by esxcli over the API.</summary>
public static class BootDevice
{
    private const string Command = "storage core device list";

    /// <summary>Asks a host. That it cannot be read is an answer, not an error.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Evidence<bool>> ReadAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        if (!host.IsConnected)
        {
            return Evidence<bool>.Unknown($"{host.Name} is {host.ConnectionState}");
        }

        try
        {
            return Judge(await session.EsxCliAsync(host.Id.Reference, Command, null, cancellationToken).ConfigureAwait(false));
        }
        catch (GpuVSphereException e) when (e is not NotAuthenticatedException)
        {
            return Evidence<bool>.Unknown($"esxcli {Command} failed: {e.Message}");
        }
    }

    internal static Evidence<bool> Judge(EsxCliResult devices)
    {
        if (devices.Rows.Any(device => Is(device, "IsBootUSBDevice") || (Is(device, "IsBootDevice") && Is(device, "IsUSB"))))
        {
            return Evidence<bool>.Of(true);
        }

        // A list that does not say which device the host booted from says nothing of USB either.
        return devices.Rows.Any(device => device["IsBootUSBDevice"] is not null || device["IsBootDevice"] is not null)
            ? Evidence<bool>.Of(false)
            : Evidence<bool>.Unknown($"esxcli {Command} does not say which device it booted from");
    }

    private static bool Is(EsxCliRow device, string field) => string.Equals(device[field]?.Trim(), "true", StringComparison.OrdinalIgnoreCase);
}
