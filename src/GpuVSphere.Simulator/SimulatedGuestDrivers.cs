using System;
using System.Text.RegularExpressions;
using GpuVSphere.Simulator.Model.Guest.Nvidia;

namespace GpuVSphere.Simulator;

/// <summary>Writes NVIDIA's drivers for guests, under the names that NVIDIA gives them. They begin as the real files do, and hold no driver.</summary>
public static class SimulatedGuestDrivers
{
    private const RegexOptions Plain = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Regex s_run = new(@"^NVIDIA-Linux-x86_64-(?<version>[\d.]+?)(?<grid>-grid)?\.run$", Plain);
    private static readonly Regex s_package = new(@"^nvidia-(linux-(?<grid>grid)|driver)-\d+[_-](?<version>[\d.]+?\d)[_-].*\.(?<form>deb|rpm)$", Plain);
    private static readonly Regex s_exe = new(@"^(?<version>\d+\.\d+)[_-].*?(?<grid>grid)?[_-].*\.exe$", Plain);

    /// <summary>A driver's file.</summary>
    /// <param name="fileName">
    /// Such as <c>NVIDIA-Linux-x86_64-390.42-grid.run</c>, <c>nvidia-linux-grid-550_550.163.01_amd64.deb</c>, <c>nvidia-linux-grid-550-550.163.01-1.x86_64.rpm</c>,
    /// <c>391.03_grid_win10_server2016_64bit_international.exe</c>, and stock ones without the word grid.
    /// </param>
    /// <param name="bytes">How long it is to be, at least.</param>
    /// <returns>Its content, the same every time.</returns>
    /// <exception cref="ArgumentException">It is none of these names.</exception>
    public static byte[] File(string fileName, int bytes = 64 * 1024)
    {
        NvidiaPackage driver = s_run.Match(fileName) is { Success: true } run ? Of(run, "run")
            : s_package.Match(fileName) is { Success: true } package ? Of(package, package.Groups["form"].Value.ToLowerInvariant())
            : s_exe.Match(fileName) is { Success: true } exe ? Of(exe, "exe") with { IsGrid = fileName.IndexOf("_grid_", StringComparison.OrdinalIgnoreCase) >= 0 }
            : throw new ArgumentException("'" + fileName + "' is no name of a guest driver.", nameof(fileName));
        return NvidiaFileFormat.Write(driver, bytes);
    }

    private static NvidiaPackage Of(Match match, string form) => new(match.Groups["version"].Value, match.Groups["grid"].Success, form);
}
