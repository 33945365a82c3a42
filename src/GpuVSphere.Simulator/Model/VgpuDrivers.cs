using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>The driver package of NVIDIA that suits a host: names and versions as in facts/catalog/vgpu-bundles.csv.</summary>
internal static class VgpuDrivers
{
    /// <summary>A driver that has types for the cards of the host: AI Enterprise where a compute-only card is in it.</summary>
    public static InstalledVib For(HostSystem host)
    {
        bool isAi = host.Functions.Any(function => function.Card is { VgpuToken.Length: > 0, IsComputeOnly: true });
        return host.Software.Record(host.Release switch
        {
            { } r when r.Has("9.0.0.0") => SimulatedDrivers.Component(isAi, "900", "570.158.02-1OEM.900.0.24580437"),
            { } r when r.Has("8.0.0.1") => SimulatedDrivers.Component(isAi, "800", "550.163.02-1OEM.800.1.0.20613240"),
            { } r when r.Has("7.0.0.0") => SimulatedDrivers.Component(isAi, "702", "535.54.06-1OEM.702.0.0.17630552"),
            _ => SimulatedDrivers.Package67("470.63-1OEM.670.0.0.8169922"),
        });
    }
}
