using System;
using GpuVSphere.Simulator.Model.Software;

namespace GpuVSphere.Simulator.Model;

/// <summary>A package installed on a host.</summary>
/// <param name="Name">Such as <c>esx-base</c>.</param>
/// <param name="Version">Its version.</param>
/// <param name="Vendor">Who made it.</param>
/// <param name="AcceptanceLevel">As esxcli prints it, such as <c>VMwareAccepted</c>.</param>
/// <param name="InstallDate">The day, such as <c>2025-02-03</c>.</param>
internal sealed record InstalledVib(string Name, string Version, string Vendor, string AcceptanceLevel, string InstallDate)
{
    /// <summary>What its descriptor says; null for one that was put there without a package.</summary>
    public VibPackage? Package { get; init; }

    public string Id => Vendor + "_bootbank_" + Name + "_" + Version;

    /// <summary>Whether it brings the VMkernel module of NVIDIA's vGPU driver; the management daemon does not.</summary>
    public bool IsGpuDriver => Package is not null
        ? HasFile(HostSoftware.NvidiaModuleFile)
        : (Name.StartsWith("NVD-", StringComparison.Ordinal) || Name.StartsWith("NVIDIA-", StringComparison.Ordinal)) && Name.IndexOf("mgmt", StringComparison.OrdinalIgnoreCase) < 0;

    public bool HasFile(string file)
    {
        foreach (string each in Package?.Files ?? [])
        {
            if (each == file)
            {
                return true;
            }
        }

        return false;
    }
}
