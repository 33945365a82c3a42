using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>Turns the CSV files about vGPU into a catalogue, and refuses what could mislead.</summary>
internal static class VgpuCatalogReader
{
    private const int LargestMemoryMB = 1024 * 1024;
    private const int MostPerGpu = 256;
    private const int MostMajor = 99;

    private static readonly string[] s_boardColumns = ["board", "device", "subsystems", "product", "architecture", "memory_mb", "gpus_per_board", "mig_slices", "sriov"];
    private static readonly string[] s_typeColumns =
    [
        "name", "board", "series", "memory_mb", "slices", "per_instance", "max", "max_basis", "max_mixed", "mixed_basis", "placements", "placement_basis",
        "first_branch", "last_branch", "since_esxi",
    ];

    private static readonly string[] s_releaseColumns =
        ["release", "branch", "host_driver", "linux_driver", "windows_driver", "date", "kind", "end_of_support", "esxi", "esxi_confidence", "confidence"];

    private static readonly string[] s_packageColumns = ["release", "esxi", "archive", "host_driver", "base", "files"];
    private static readonly string[] s_buildColumns = ["major", "name", "build", "date", "confidence"];

    private static readonly string[] s_pairColumns = ["from", "until", "relation", "accepted", "confidence", "source"];
    private static readonly string[] s_licenseColumns = ["from", "until", "server", "accepted", "source"];
    private static readonly string[] s_toolkitColumns = ["toolkit", "linux_driver", "windows_driver", "least_linux", "least_windows", "basis"];
    private static readonly string[] s_rangeColumns = ["board", "first", "first_confidence", "last", "last_listed", "source"];

    /// <summary>The files that make up a catalogue of vGPU.</summary>
    internal static IReadOnlyList<string> Files { get; } =
        ["vgpu-boards.csv", "vgpu-types.csv", "vgpu-releases.csv", "vgpu-packages.csv", "esxi-builds.csv", "vgpu-pairs.csv", "vgpu-licences.csv", "vgpu-gpus.csv", "cuda-toolkits.csv"];

    /// <summary>Reads a catalogue.</summary>
    /// <param name="open">Opens one of <see cref="Files"/>.</param>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog: it names the table, the line, and what is wrong.</exception>
    internal static VgpuCatalog Read(Func<string, TextReader> open)
    {
        IReadOnlyList<VgpuBoard> boards = Table("vGPU boards", "vgpu-boards.csv", s_boardColumns, Board);
        ILookup<string, VgpuBoard> boardOf = boards.ToLookup(board => board.Name, StringComparer.Ordinal);
        var typeNames = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var releaseNames = new HashSet<string>(StringComparer.Ordinal);
        var ranges = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyList<VgpuType> types = Table("vGPU types", "vgpu-types.csv", s_typeColumns, row => Type(row, boardOf, typeNames));
        IReadOnlyList<VgpuRelease> releases = Table("vGPU releases", "vgpu-releases.csv", s_releaseColumns, row => Release(row, releaseNames));
        IReadOnlyList<VgpuReleasePackage> packages = Table("vGPU packages", "vgpu-packages.csv", s_packageColumns, row => Package(row, releaseNames));
        IReadOnlyList<LicenseRule> licenses = Table("licence servers", "vgpu-licences.csv", s_licenseColumns, License);
        ILookup<string, VgpuReleasePackage> packagesOf = packages.ToLookup(package => package.Release, StringComparer.Ordinal);
        return new VgpuCatalog(
            boards,
            types,
            [.. releases.OrderByDescending(release => release.Number).Select(release => release with
            {
                Packages = [.. packagesOf[release.Name]],
                LicenseServers = [.. licenses.Where(rule => rule.IsFor(release.Major) && rule.IsAccepted == true).Select(rule => rule.Server)],
            })],
            packages,
            Table("ESXi builds", "esxi-builds.csv", s_buildColumns, Build))
        {
            PairRules = Table("pairs of manager and guest", "vgpu-pairs.csv", s_pairColumns, Pair),
            LicenseRules = licenses,
            CudaToolkits = [.. Table("CUDA toolkits", "cuda-toolkits.csv", s_toolkitColumns, Toolkit).OrderBy(toolkit => toolkit.Version)],
            GpuRanges = Table("releases of GPUs", "vgpu-gpus.csv", s_rangeColumns, row => Range(row, boardOf, ranges)),
        };

        IReadOnlyList<T> Table<T>(string name, string file, string[] columns, Func<CsvTable, T> read)
        {
            using TextReader text = open(file);
            return CsvTable.Read(name, text, columns, read);
        }
    }

    private static VgpuBoard Board(CsvTable row) => new()
    {
        Name = row.Needed("board"),
        DeviceId = row.Id(row.Needed("device"), "device"),
        Subsystems = [.. row.Words("subsystems").Select(text => Subsystem(row, text))],
        Product = row.Needed("product"),
        Architecture = row.Needed("architecture"),
        MemoryMB = row.NeededNumber("memory_mb", 1, LargestMemoryMB),
        GpusPerBoard = row.NeededNumber("gpus_per_board", 1, 64),
        ComputeSlices = row.Number("mig_slices", 1, 7),
        UsesSriov = row.Text("sriov") switch
        {
            "" => false,
            "yes" => true,
            _ => throw row.Invalid($"has sriov '{row.Text("sriov")}', which is neither yes nor empty"),
        },
    };

    private static VgpuType Type(CsvTable row, ILookup<string, VgpuBoard> boardOf, HashSet<string> names)
    {
        string name = row.Needed("name");
        string boardName = row.Needed("board");
        VgpuBoard board = boardOf[boardName].FirstOrDefault() ?? throw row.Invalid($"names the board {boardName}, which is not there");
        if (!names.Add(name))
        {
            throw row.Invalid($"names the type {name} a second time");
        }

        int memory = row.NeededNumber("memory_mb", 1, LargestMemoryMB);
        int? slices = row.Number("slices", 1, 7);
        IReadOnlyList<int> placements = row.Numbers("placements", 0, LargestMemoryMB / 1024);
        int? mixed = row.Number("max_mixed", 1, MostPerGpu);
        if (placements.Count > 0 && placements.Count != mixed)
        {
            throw row.Invalid($"has {placements.Count} placements and max_mixed {mixed}");
        }

        int perInstance = row.Number("per_instance", 1, MostPerGpu) ?? 1;
        return new VgpuType
        {
            Name = name,
            Board = boardName,
            Series = Enum.TryParse(row.Needed("series"), out VgpuSeries series) ? series : throw row.Invalid($"has the series '{row.Text("series")}'"),
            MemoryMB = memory,
            Sharing = slices is null ? VgpuSharing.TimeSliced : VgpuSharing.Mig,
            ComputeSlices = slices,
            MemorySlices = slices is { } compute ? MemorySlices(row, board, compute, memory * perInstance) : null,
            HasMediaEngines = slices is not null && name.EndsWith("me", StringComparison.Ordinal),
            MaxPerInstance = slices is null ? null : perInstance,
            MaxPerGpu = row.Number("max", 1, MostPerGpu),
            MaxPerGpuConfidence = row.Confidence("max_basis"),
            MaxPerGpuMixed = mixed,
            Placements = placements,
            PlacementConfidence = row.Confidence("placement_basis"),
            FirstBranch = row.Needed("first_branch"),
            LastBranch = row.Text("last_branch") is { Length: > 0 } last ? last : null,
            MinimumVSphere = row.Text("since_esxi") is { Length: > 0 } since ? since : null,
        };
    }

    /// <summary>
    /// The memory slices of a GPU instance, as MIG names it: 1g has one, 2g two, 3g and 4g four, 7g all eight; the 1g with double memory has two.
    /// A GPU with four compute slices has four memory slices, so that both counts agree there.
    /// </summary>
    private static int MemorySlices(CsvTable row, VgpuBoard board, int compute, int memoryMB)
    {
        int all = board.MemorySlices ?? throw row.Invalid($"is MIG-backed, and the board {board.Name} has no MIG");
        int plain = all == 8 && compute >= 3 ? compute == 7 ? 8 : 4 : compute;

        // The frame buffer of an instance is its slices' share, less a little: an instance with twice as much has twice the slices.
        double share = (double)board.MemoryMB / all;
        return memoryMB > share * plain * 1.25 ? plain * 2 : plain;
    }

    private static VgpuRelease Release(CsvTable row, HashSet<string> names)
    {
        string name = row.Needed("release");
        if (!names.Add(name))
        {
            throw row.Invalid($"names the release {name} a second time");
        }

        return new VgpuRelease
        {
            Name = name,
            Major = ReleaseNumber.TryParse(name)?.Major ?? throw row.Invalid($"has the release '{name}'; it must look like 16.10"),
            Branch = row.Text("branch"),
            HostDriver = row.Driver("host_driver"),
            LinuxDriver = row.Driver("linux_driver"),
            WindowsDriver = row.Driver("windows_driver"),
            Date = row.Text("date"),
            IsLongTerm = row.Text("kind") == "long-term",
            BranchKind = row.Text("kind") is "" or "production" or "long-term" ? row.Text("kind") : throw row.Invalid($"has the kind '{row.Text("kind")}', which is neither production nor long-term"),
            EndOfSupport = row.Text("end_of_support"),
            EsxiVersions = row.Words("esxi"),
            EsxiConfidence = row.Confidence("esxi_confidence"),
            Confidence = row.Confidence("confidence"),
        };
    }

    private static VgpuReleasePackage Package(CsvTable row, HashSet<string> releases) => new()
    {
        Release = releases.Contains(row.Needed("release")) ? row.Text("release") : throw row.Invalid($"names the release {row.Text("release")}, which is not there"),
        EsxiVersion = row.Needed("esxi"),
        Archive = row.Needed("archive"),
        HostDriver = row.Driver("host_driver"),
        Base = row.Text("base"),
        Files = row.Words("files"),
    };

    private static EsxiBuild Build(CsvTable row) =>
        new(row.Needed("major"), row.Needed("name"), row.Number("build", 1, int.MaxValue), row.Text("date"), row.Confidence("confidence"));

    private static PairRule Pair(CsvTable row) => new(
        row.NeededNumber("from", 1, MostMajor),
        row.Number("until", 1, MostMajor),
        row.Needed("relation") switch
        {
            "same-branch" => PairRelation.SameBranch,
            "previous-branch" => PairRelation.PreviousBranch,
            "previous-long-term" => PairRelation.PreviousLongTerm,
            _ => throw row.Invalid($"has the relation '{row.Text("relation")}'"),
        },
        Accepted(row),
        row.Confidence("confidence"),
        row.Needed("source"));

    private static CudaToolkit Toolkit(CsvTable row) => new()
    {
        Version = CudaVersion.TryParse(row.Needed("toolkit")) ?? throw row.Invalid($"has the toolkit '{row.Text("toolkit")}'; it must look like 12.4.1"),
        LinuxDriver = row.Driver("linux_driver") ?? throw row.Invalid("has no linux_driver"),
        WindowsDriver = row.Driver("windows_driver"),
        LeastLinuxDriver = row.Driver("least_linux"),
        LeastWindowsDriver = row.Driver("least_windows"),
        IsRequired = row.Text("basis") switch
        {
            "required" => true,
            "bundled" => false,
            _ => throw row.Invalid($"has basis '{row.Text("basis")}', which is neither required nor bundled"),
        },
    };

    private static LicenseRule License(CsvTable row) => new(
        row.NeededNumber("from", 1, MostMajor),
        row.Number("until", 1, MostMajor),
        row.Needed("server") switch
        {
            "legacy" => LicenseServerKind.Legacy,
            "nls" => LicenseServerKind.Nls,
            _ => throw row.Invalid($"has the server '{row.Text("server")}', which is neither legacy nor nls"),
        },
        Accepted(row),
        row.Needed("source"));

    private static GpuReleaseRange Range(CsvTable row, ILookup<string, VgpuBoard> boardOf, HashSet<string> known)
    {
        string board = row.Needed("board");
        if (!boardOf[board].Any() || !known.Add(board))
        {
            throw row.Invalid($"names the board {board}, which is not there or was named before");
        }

        return new GpuReleaseRange(
            board,
            row.Text("first") is { Length: > 0 } first ? ReleaseNumber.TryParse(first) ?? throw row.Invalid($"has the release '{first}'; it must look like 16.10") : null,
            row.Confidence("first_confidence"),
            row.Number("last", 1, MostMajor),
            row.Number("last_listed", 1, MostMajor),
            row.Text("source"));
    }

    private static bool? Accepted(CsvTable row) => row.Needed("accepted") switch
    {
        "yes" => true,
        "no" => false,
        "unknown" => null,
        _ => throw row.Invalid($"has accepted '{row.Text("accepted")}', which is neither yes, no nor unknown"),
    };

    private static GpuSubsystem Subsystem(CsvTable row, string text)
    {
        string[] parts = text.Split(':');
        return parts.Length == 2
            ? new GpuSubsystem(row.Id(parts[0], "subsystems"), row.Id(parts[1], "subsystems"))
            : throw row.Invalid($"has the subsystem '{text}'; it must look like 10de:14a9");
    }
}
