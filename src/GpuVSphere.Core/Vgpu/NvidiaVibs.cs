using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Reads NVIDIA's VIBs on hosts.</summary>
public static class NvidiaVibs
{
    /// <summary>Reads the VIBs of a host by esxcli over the API; no SSH is needed.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host, as the inventory has it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">HostNotConnected, EsxCliFault.</exception>
    public static async Task<IReadOnlyList<NvidiaVib>> ReadAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        if (!host.IsConnected)
        {
            throw HostAway.Error(host, "its software cannot be read");
        }

        SoftwareState state = await SoftwareReader.ReadVibsAsync(session, host, cancellationToken).ConfigureAwait(false);
        return Of(host, state);
    }

    internal static IReadOnlyList<NvidiaVib> Of(GpuHost host, SoftwareState state)
    {
        List<NvidiaVib> vibs = [];
        foreach (InstalledSoftware vib in state.Next.Where(SoftwareState.IsNvidia).OrderBy(vib => vib.Name, StringComparer.OrdinalIgnoreCase))
        {
            InstalledSoftware? live = state.Live.FirstOrDefault(other => Same(other, vib));
            vibs.Add(Of(host, state, vib, live?.Version == vib.Version ? Idle(host, vib) : live is null ? "The next reboot brings it." : $"The next reboot brings it in place of {live.Version}."));
        }

        vibs.AddRange(state.Live
            .Where(vib => SoftwareState.IsNvidia(vib) && state.Next.All(other => !Same(other, vib)))
            .Select(vib => Of(host, state, vib, "The next reboot takes it away.")));
        return vibs;
    }

    /// <summary>Why a driver that is installed serves no GPU; null when it does, or when that cannot be told.</summary>
    internal static string? Idle(GpuHost host, InstalledSoftware vib)
    {
        GpuDevice[] kept = [.. host.Devices.Where(device => !device.IsActive && !device.IsEnabled)];
        return SoftwareState.Judge(vib.Name, vib.Version) is { IsDriver: true } && kept.Length > 0 && kept.All(device => device.GraphicsType == "basic")
            ? $"The driver is installed and serves no GPU of {host.Name} yet: it runs after a reboot, whatever esxcli said of one."
            : null;
    }

    private static NvidiaVib Of(GpuHost host, SoftwareState state, InstalledSoftware vib, string? pending)
    {
        VgpuPackage? judged = SoftwareState.Judge(vib.Name, vib.Version);
        bool isDriver = judged is { IsDriver: true };
        InstalledSoftware? component = state.Components.FirstOrDefault(component => component.Version == vib.Version && SoftwareState.IsNvidia(component));
        return new NvidiaVib
        {
            HostId = host.Id,
            HostName = host.Name,
            ServerName = host.ServerName,
            Name = vib.Name,
            Version = vib.Version,
            Vendor = vib.Vendor,
            AcceptanceLevel = vib.AcceptanceLevel,
            InstallDate = vib.Date,
            Flavour = judged?.Flavour ?? VgpuPackageFlavour.Vgpu,
            DriverVersion = isDriver ? judged!.Driver : null,
            Release = isDriver ? judged!.Releases?.ReleaseText ?? string.Empty : string.Empty,
            Component = component is null ? null : component.Name + " " + component.Version,
            IsRebootPending = pending is not null,
            Pending = pending,
            Id = vib.Id,
        };
    }

    private static bool Same(InstalledSoftware one, InstalledSoftware other) => string.Equals(one.Name, other.Name, StringComparison.OrdinalIgnoreCase);
}
