using System;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>NVIDIA's vGPU manager as it runs on a host.</summary>
/// <param name="Version">Such as <c>550.163.02</c>.</param>
/// <param name="IsAiEnterprise">Whether it is the flavour of NVIDIA AI Enterprise (component NVD-AIE), which has compute types only.</param>
internal sealed record GpuDriver(string Version, bool IsAiEnterprise)
{
    /// <summary>The first branch of vGPU 9.0, which came with ECC support (the guide's section 6.1.7; facts/catalog/compat.md: 430 is 9).</summary>
    private const int FirstBranchWithEcc = 430;

    /// <summary>The first branch of vGPU 13, since which NVIDIA AI Enterprise has a component of its own (facts/catalog/compat.md).</summary>
    private const int FirstBranchWithFlavours = 470;

    /// <summary>The branch, such as 550.</summary>
    public int Branch => int.TryParse(Version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int branch) ? branch : 0;

    public bool SupportsEcc => Branch >= FirstBranchWithEcc;

    public bool HasFlavours => Branch >= FirstBranchWithFlavours;

    /// <summary>The driver that runs in the VMkernel of a host, or null.</summary>
    public static GpuDriver? Of(HostSystem host) => host.Software.Running
        .Where(vib => vib.IsGpuDriver)
        .Select(vib => new GpuDriver(vib.Version.Split('-')[0], vib.Name.IndexOf("AIE", StringComparison.OrdinalIgnoreCase) >= 0))
        .FirstOrDefault();
}
