using System.Globalization;
using System.Text.RegularExpressions;
using GpuVSphere.Catalog;

namespace GpuVSphere.Guest;

/// <summary>
/// What the name of a file of NVIDIA's says: <c>cuda_9.1.85_387.26_linux</c>, <c>cuda_9.1.85.3_linux.run</c>, <c>cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb</c>;
/// for Windows <c>cuda_12.4.1_551.78_windows.exe</c>, <c>cuda_9.1.85_win10.exe</c>, <c>cuda_12.4.1_windows_network.exe</c>, <c>cuda_9.1.85.1_windows.exe</c>.
/// </summary>
public sealed record CudaPackageName
{
    private static readonly Regex s_run = new(@"^cuda_(?<version>\d+\.\d+\.\d+)_(?<driver>\d+\.\d+(\.\d+)?)_?linux[-.]?(run)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
    private static readonly Regex s_patch = new(@"^cuda_(?<version>\d+\.\d+\.\d+)\.(?<patch>\d+)_?linux[-.]?(run)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    // CUDA 10.2 has patches whose names are versions of their own: cuda_10.2.1_linux.run and cuda_10.2.2_linux.run.
    private static readonly Regex s_shortPatch = new(@"^cuda_(?<minor>10\.2)\.(?<patch>\d)_?linux[-.]?(run)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
    private static readonly Regex s_repository = new(
        @"^cuda-repo-(?<system>[a-z0-9]+)-(?<major>\d+)-(?<minor>\d+)-local[-_](?<version>\d+\.\d+\.\d+)[-_].*\.(?<kind>deb|rpm)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    // Setups name their driver from 10.0 to 12.9: before, only the system is named, and those of 13 have no driver in the name. NVIDIA's downloads of 8 and 9 ended in -exe or in nothing.
    // cuda_13.4.1_windows_x86_64.exe stands beside one for ARM, which no VM of vSphere on x86 runs.
    private static readonly Regex s_setup = new(
        @"^cuda_(?<version>\d+\.\d+\.\d+)(_(?<driver>\d+\.\d+))?_(windows|win10)(_x86_64)?(?<network>_network)?([.-]exe)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
    private static readonly Regex s_windowsPatch = new(
        @"^cuda_((?<version>\d+\.\d+\.\d+)\.(?<patch>\d+)|(?<version>10\.2)\.(?<patch>\d))_(windows|win10)([.-]exe)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    /// <summary>The file's name.</summary>
    public required string FileName { get; init; }

    /// <summary>What it is.</summary>
    public required CudaPackageKind Kind { get; init; }

    /// <summary>The toolkit that it brings or mends.</summary>
    public required CudaVersion Version { get; init; }

    /// <summary>The number of the patch, 1 for the first; null for what is none.</summary>
    public int? Patch { get; init; }

    /// <summary>The driver that comes with a run-file or a setup, which is declined; null where the name tells none.</summary>
    public DriverVersion? BundledDriver { get; init; }

    /// <summary>For which distribution a repository is, such as <c>ubuntu2204</c> or <c>rhel8</c>.</summary>
    public string? Distribution { get; init; }

    /// <summary>Whether it is for Windows guests; else for Linux guests.</summary>
    public bool IsForWindows => Kind is CudaPackageKind.WindowsSetup or CudaPackageKind.WindowsNetworkSetup or CudaPackageKind.WindowsPatch;

    /// <summary>Reads a name.</summary>
    /// <param name="path">A file name or a path of this machine.</param>
    /// <returns>Null when it is none of NVIDIA's names for CUDA.</returns>
    public static CudaPackageName? Read(string path)
    {
        string name = path.Substring(path.LastIndexOfAny(['/', '\\']) + 1).Trim();
        if (s_run.Match(name) is { Success: true } run && CudaVersion.TryParse(run.Groups["version"].Value) is { } version)
        {
            return new CudaPackageName { FileName = name, Kind = CudaPackageKind.RunFile, Version = version, BundledDriver = DriverVersion.TryParse(run.Groups["driver"].Value) };
        }

        if (s_patch.Match(name) is { Success: true } patch && CudaVersion.TryParse(patch.Groups["version"].Value) is { } mended)
        {
            return new CudaPackageName { FileName = name, Kind = CudaPackageKind.Patch, Version = mended, Patch = Number(patch) };
        }

        if (s_shortPatch.Match(name) is { Success: true } shortPatch && CudaVersion.TryParse(shortPatch.Groups["minor"].Value) is { } minor)
        {
            return new CudaPackageName { FileName = name, Kind = CudaPackageKind.Patch, Version = minor, Patch = Number(shortPatch) };
        }

        if (s_windowsPatch.Match(name) is { Success: true } windowsPatch && CudaVersion.TryParse(windowsPatch.Groups["version"].Value) is { } mendedThere)
        {
            return new CudaPackageName { FileName = name, Kind = CudaPackageKind.WindowsPatch, Version = mendedThere, Patch = Number(windowsPatch) };
        }

        if (s_setup.Match(name) is { Success: true } setup && CudaVersion.TryParse(setup.Groups["version"].Value) is { } brought)
        {
            return new CudaPackageName
            {
                FileName = name,
                Kind = setup.Groups["network"].Success ? CudaPackageKind.WindowsNetworkSetup : CudaPackageKind.WindowsSetup,
                Version = brought,
                BundledDriver = setup.Groups["driver"].Success ? DriverVersion.TryParse(setup.Groups["driver"].Value) : null,
            };
        }

        return s_repository.Match(name) is { Success: true } repository && CudaVersion.TryParse(repository.Groups["version"].Value) is { } held
            ? new CudaPackageName
            {
                FileName = name,
                Kind = repository.Groups["kind"].Value.ToUpperInvariant() == "DEB" ? CudaPackageKind.DebRepository : CudaPackageKind.RpmRepository,
                Version = held,
                Distribution = repository.Groups["system"].Value,
            }
            : null;
    }

    private static int Number(Match match) => int.Parse(match.Groups["patch"].Value, NumberStyles.None, CultureInfo.InvariantCulture);
}
