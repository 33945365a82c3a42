using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;

namespace GpuVSphere.Catalog;

/// <summary>
/// What is known of vGPU: types, boards, software releases, packages, ESXi builds. Immutable. A look-up that finds nothing says so; what is worked
/// out and not read is marked as computed.
/// </summary>
public sealed class VgpuCatalog
{
    private const ushort Nvidia = 0x10DE;

    private static readonly Lazy<VgpuCatalog> s_default = new(LoadEmbedded, LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly Dictionary<string, VgpuType> _types;
    private readonly ILookup<string, VgpuType> _typesOfBoard;
    private readonly ILookup<ushort, VgpuBoard> _boards;
    private readonly ILookup<DriverVersion, VgpuRelease> _byDriver;
    private readonly Dictionary<int, int> _majorOfBranch;
    private readonly ILookup<DriverVersion, VgpuRelease> _byGuestDriver;
    private readonly Dictionary<int, int> _majorOfGuestBranch;
    private readonly Dictionary<int, bool?> _isLongTerm;

    internal VgpuCatalog(
        IReadOnlyList<VgpuBoard> boards,
        IReadOnlyList<VgpuType> types,
        IReadOnlyList<VgpuRelease> releases,
        IReadOnlyList<VgpuReleasePackage> packages,
        IReadOnlyList<EsxiBuild> builds)
    {
        (Boards, Types, Releases, Packages, EsxiBuilds) = (boards, types, releases, packages, builds);
        _types = types.ToDictionary(type => type.Name, StringComparer.OrdinalIgnoreCase);
        _typesOfBoard = types.ToLookup(type => type.Board, StringComparer.Ordinal);
        _boards = boards.ToLookup(board => board.DeviceId);
        Majors = [.. releases.Select(release => release.Major).Distinct().OrderByDescending(major => major)];
        int firstWithPolicy = releases.Where(release => release.BranchKind.Length > 0).Select(release => release.Major).DefaultIfEmpty(int.MaxValue).Min();
        _isLongTerm = releases.GroupBy(release => release.Major).ToDictionary(
            group => group.Key,
            group => group.Any(release => release.IsLongTerm) ? true
                : group.Any(release => release.BranchKind.Length > 0) || group.Key < firstWithPolicy ? (bool?)false
                : null);
        _byGuestDriver = releases
            .SelectMany(release => new[] { release.LinuxDriver, release.WindowsDriver }.OfType<DriverVersion>().Distinct().Select(driver => (driver, release)))
            .ToLookup(entry => entry.driver, entry => entry.release);
        _majorOfGuestBranch = releases
            .SelectMany(release => new[] { release.HostDriver, release.LinuxDriver, release.WindowsDriver }.OfType<DriverVersion>().Select(driver => (driver.Branch, release.Major)))
            .GroupBy(entry => entry.Branch)
            .ToDictionary(group => group.Key, group => group.First().Major);
        _byDriver = releases.Where(release => release.HostDriver is not null).ToLookup(release => release.HostDriver!);
        // A branch belongs to one main release; one branch of the first years has two numbers, so drivers count, not the branch's name.
        _majorOfBranch = releases
            .Where(release => release.HostDriver is not null)
            .GroupBy(release => release.HostDriver!.Branch)
            .ToDictionary(group => group.Key, group => group.First().Major);
    }

    /// <summary>The catalogue that this build carries.</summary>
    public static VgpuCatalog Default => s_default.Value;

    /// <summary>The catalogue in use: a newer one that was brought, or the one that this build carries.</summary>
    public static VgpuCatalog InUse => KnownCatalog.InUse.Vgpu;

    /// <summary>All boards with vGPU types.</summary>
    public IReadOnlyList<VgpuBoard> Boards { get; }

    /// <summary>All vGPU types.</summary>
    public IReadOnlyList<VgpuType> Types { get; }

    /// <summary>All releases of the vGPU software, newest first.</summary>
    public IReadOnlyList<VgpuRelease> Releases { get; }

    /// <summary>What is shipped of each release for each ESXi version, as far as it was seen.</summary>
    public IReadOnlyList<VgpuReleasePackage> Packages { get; }

    /// <summary>All builds of ESXi, oldest first within a version.</summary>
    public IReadOnlyList<EsxiBuild> EsxiBuilds { get; }

    /// <summary>What release notes say of pairs of manager and guest.</summary>
    public IReadOnlyList<PairRule> PairRules { get; internal init; } = [];

    /// <summary>Which licence servers the releases work with.</summary>
    public IReadOnlyList<LicenseRule> LicenseRules { get; internal init; } = [];

    /// <summary>The CUDA toolkits and the drivers that they need, oldest first.</summary>
    public IReadOnlyList<CudaToolkit> CudaToolkits { get; internal init; } = [];

    /// <summary>Which releases serve which board.</summary>
    public IReadOnlyList<GpuReleaseRange> GpuRanges { get; internal init; } = [];

    /// <summary>Finds a vGPU type by its vSphere name, without regard to case.</summary>
    /// <param name="name">Such as <c>grid_p100-8q</c> or <c>GRID_P100-8Q</c>.</param>
    /// <returns>The type, or null when the catalogue does not have it.</returns>
    public VgpuType? FindType(string name) => _types.TryGetValue(name.Trim(), out VgpuType? type) ? type : null;

    /// <summary>The types of a board, by the word in their names.</summary>
    /// <param name="board">Such as <c>A100D</c>.</param>
    public IReadOnlyList<VgpuType> TypesOf(string board) => [.. _typesOfBoard[board]];

    /// <summary>The boards that a GPU with these ids may be: several only when boards share a device id and the subsystem ids tell nothing.</summary>
    /// <param name="vendorId">PCI vendor id.</param>
    /// <param name="deviceId">PCI device id.</param>
    /// <param name="subVendorId">PCI subsystem vendor id; 0 when it is not known.</param>
    /// <param name="subDeviceId">PCI subsystem id; 0 when it is not known.</param>
    /// <returns>Empty when the ids are not known.</returns>
    public IReadOnlyList<VgpuBoard> FindBoards(ushort vendorId, ushort deviceId, ushort subVendorId, ushort subDeviceId)
    {
        if (vendorId != Nvidia)
        {
            return [];
        }

        VgpuBoard[] sameDevice = [.. _boards[deviceId]];
        VgpuBoard[] sameBoard = [.. sameDevice.Where(board => board.Subsystems.Contains(new GpuSubsystem(subVendorId, subDeviceId)))];
        return sameBoard.Length > 0 ? sameBoard : sameDevice;
    }

    /// <summary>Finds what is known of a CUDA toolkit: its own row, else that of the nearest one before it in its minor version.</summary>
    /// <param name="version">The toolkit; of a minor version alone (<c>12.4</c>) its latest.</param>
    /// <returns>Null when its minor version is not known.</returns>
    public CudaToolkit? FindToolkit(CudaVersion version)
    {
        CudaToolkit[] same = [.. CudaToolkits.Where(toolkit => toolkit.Version.IsMinorOf(version))];
        return version.Patch is null ? same.LastOrDefault() : same.LastOrDefault(toolkit => toolkit.Version.CompareTo(version) <= 0) ?? same.FirstOrDefault();
    }

    /// <summary>Finds the release by its name.</summary>
    /// <param name="name">Such as <c>16.10</c>.</param>
    /// <returns>The release, or null.</returns>
    public VgpuRelease? FindRelease(string name) => Releases.FirstOrDefault(release => release.Name == name.Trim());

    /// <summary>What a host driver's version says of the vGPU release.</summary>
    /// <param name="hostDriver">The version of the driver on the host.</param>
    /// <returns>Always an answer: the releases with this very driver, else the main release of its branch (computed), else that nothing is known.</returns>
    public VgpuDriverMatch FindReleases(DriverVersion hostDriver)
    {
        VgpuRelease[] releases = [.. _byDriver[hostDriver].Reverse()];
        int? major = _majorOfBranch.TryGetValue(hostDriver.Branch, out int known) ? known : null;
        return new VgpuDriverMatch
        {
            Driver = hostDriver,
            Releases = releases,
            Major = releases.Length > 0 ? releases[0].Major : major,
            Confidence = releases.Length > 0 ? releases.Min(release => release.Confidence) : major is null ? FactConfidence.Unknown : FactConfidence.Computed,
        };
    }

    /// <summary>
    /// Reads what somebody gives as the version of a manager or a guest driver: a release (<c>16.4</c>), a main release (<c>16</c>, <c>16.x</c>), a branch
    /// (<c>R535</c>), a driver (<c>535.161.05</c>), or for the manager a package's name.
    /// </summary>
    /// <param name="text">What was given.</param>
    /// <param name="side">On which side it runs: a driver of the host and one of a guest may have the same number and be of different releases.</param>
    /// <returns>Every release that it can be. A driver that the catalogue does not have keeps its branch's main release, marked as computed.</returns>
    /// <exception cref="GpuVSphereException">UnknownVgpuVersion: it is no version at all, or a release that the catalogue does not have.</exception>
    public VgpuVersion ReadVersion(string text, VgpuSide side) => new VgpuVersionReader(this).Read(text, side);

    /// <summary>The main releases, newest first.</summary>
    internal IReadOnlyList<int> Majors { get; }

    /// <summary>Whether a main release is a long-term branch: none was before NVIDIA had that policy, and one that is announced only does not say.</summary>
    internal bool? IsLongTerm(int major) => _isLongTerm.TryGetValue(major, out bool? known) ? known : null;

    /// <summary>The releases with exactly this driver on a side, oldest first.</summary>
    internal IReadOnlyList<VgpuRelease> ReleasesOf(DriverVersion driver, VgpuSide side) => [.. (side == VgpuSide.Manager ? _byDriver : _byGuestDriver)[driver].Reverse()];

    /// <summary>The main release of a driver branch on either side; Windows drivers count on, so that one main release has several.</summary>
    internal int? MajorOfBranch(int branch, VgpuSide side) =>
        (side == VgpuSide.Manager ? _majorOfBranch : _majorOfGuestBranch).TryGetValue(branch, out int major) ? major : null;

    /// <summary>Reads the name of a package for ESXi: a file's name, or what a host lists as <c>name_version</c>.</summary>
    /// <param name="name">A file name, a path or a URL; or a VIB's or component's name, an underscore, and its version.</param>
    /// <returns>What the name says, or null when it is not one of NVIDIA's names.</returns>
    public VgpuPackage? ReadPackage(string name) => VgpuPackageName.Read(name, FindReleases);

    /// <summary>Opens a file of the catalogue that this build carries.</summary>
    internal static StreamReader Embedded(string name) => new(
        typeof(VgpuCatalog).Assembly.GetManifestResourceStream("GpuVSphere.Catalog." + name)
            ?? throw new InvalidOperationException($"The build carries no {name}."),
        new UTF8Encoding(false, throwOnInvalidBytes: true));

    private static VgpuCatalog LoadEmbedded() => VgpuCatalogReader.Read(Embedded);
}
