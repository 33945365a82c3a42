using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>NVIDIA's software on a host as evidence for rules: what cannot be read is an answer, not an error.</summary>
internal static class HostSoftwareReader
{
    /// <summary>Asks a host for its VIBs.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Evidence<HostSoftware>> ReadAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        if (!host.IsConnected)
        {
            return Evidence<HostSoftware>.Unknown($"{host.Name} is {host.ConnectionState}");
        }

        try
        {
            return Evidence<HostSoftware>.Of(Of(host, await SoftwareReader.ReadVibsOnlyAsync(session, host, cancellationToken).ConfigureAwait(false)));
        }
        catch (GpuVSphereException e) when (e is not NotAuthenticatedException)
        {
            return Evidence<HostSoftware>.Unknown($"esxcli software vib list failed: {e.Message}");
        }
    }

    /// <summary>What of it rules judge.</summary>
    public static HostSoftware Of(GpuHost host, SoftwareState state)
    {
        NvidiaVib? pending = NvidiaVibs.Of(host, state).FirstOrDefault(vib => vib is { DriverVersion: not null, IsRebootPending: true });
        VgpuPackage? driver = state.Nvidia.Select(vib => SoftwareState.Judge(vib.Name, vib.Version)).OfType<VgpuPackage>().FirstOrDefault(package => package.IsDriver);
        return new HostSoftware { Driver = driver, Pending = pending is null ? null : $"{pending.Name} {pending.DriverVersion}: {pending.Pending}" };
    }
}
