using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace GpuVSphere.Catalog;

/// <summary>A whole catalogue: GPUs, vGPU, and where it comes from.</summary>
public sealed class KnownCatalog
{
    internal const string About = "catalog.csv";
    internal const string Models = "gpu-models.csv";

    // Raised when a catalogue is written in a way that this version would misread.
    private const int Format = 1;

    private static readonly Lazy<KnownCatalog> s_builtIn = new(() => new KnownCatalog(() => GpuCatalog.Default, () => VgpuCatalog.Default, ReadAbout(VgpuCatalog.Embedded)));
    private static readonly CatalogMemo s_memo = new();

    // The module's own is read when it is needed: who lists GPUs does not wait for a thousand vGPU types.
    private readonly Func<GpuCatalog> _gpus;
    private readonly Func<VgpuCatalog> _vgpu;

    private KnownCatalog(Func<GpuCatalog> gpus, Func<VgpuCatalog> vgpu, CatalogInfo info) => (_gpus, _vgpu, Info) = (gpus, vgpu, info);

    /// <summary>The one that this build carries.</summary>
    public static KnownCatalog BuiltIn => s_builtIn.Value;

    /// <summary>The one in use: a newer one that was brought, or the one that this build carries.</summary>
    public static KnownCatalog InUse => s_memo.Get();

    /// <summary>What is known of GPUs.</summary>
    public GpuCatalog Gpus => _gpus();

    /// <summary>What is known of vGPU.</summary>
    public VgpuCatalog Vgpu => _vgpu();

    /// <summary>Where it comes from.</summary>
    public CatalogInfo Info { get; internal init; }

    /// <summary>Why a catalogue that was brought is not in use; null when there is none, or it is in use.</summary>
    public string? Trouble { get; internal init; }

    /// <summary>The files that make up a catalogue.</summary>
    internal static IReadOnlyList<string> Files { get; } = [About, Models, .. VgpuCatalogReader.Files];

    /// <summary>Reads and checks a catalogue.</summary>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog, CatalogTooNew.</exception>
    internal static KnownCatalog Read(Func<string, TextReader> open)
    {
        CatalogInfo info = ReadAbout(open);
        using TextReader models = open(Models);
        using MemoryStream bytes = new(Encoding.UTF8.GetBytes(models.ReadToEnd()));
        GpuCatalog gpus = GpuCatalog.Load(bytes);
        VgpuCatalog vgpu = VgpuCatalogReader.Read(open);
        var known = new KnownCatalog(() => gpus, () => vgpu, info);
        known.Check();
        return known;
    }

    /// <summary>This session shall look again, after another catalogue was brought.</summary>
    internal static void LookAgain() => s_memo.Forget();

    internal KnownCatalog With(CatalogInfo info, string? trouble) => new(_gpus, _vgpu, info) { Trouble = trouble };

    private static CatalogInfo ReadAbout(Func<string, TextReader> open)
    {
        using TextReader about = open(About);
        return CsvTable.Read("its own origin", about, ["format", "date", "source"], AboutRow)[0];
    }

    private static CatalogInfo AboutRow(CsvTable row)
    {
        if (row.NeededNumber("format", 1, 1000) > Format)
        {
            throw new GpuVSphereException(
                "CatalogTooNew", GpuErrorCategory.NotSupported, "The catalogue is made for a later version of GpuVSphere.", nextStep: "Update the module, which brings a catalogue of its own. The catalogue in use is unchanged.");
        }

        return new CatalogInfo
        {
            Date = DateTime.TryParseExact(row.Needed("date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime date)
                ? date
                : throw row.Invalid($"has the date '{row.Text("date")}'; it must look like 2026-11-21"),
            Source = row.Needed("source"),
        };
    }

    /// <summary>What no single table shows: a driver branch of two main releases, and a main release without a rule.</summary>
    private void Check()
    {
        foreach (IGrouping<int, int> branch in Vgpu.Releases
            .SelectMany(release => new[] { release.HostDriver, release.LinuxDriver, release.WindowsDriver }.OfType<DriverVersion>().Select(driver => (driver.Branch, release.Major)))
            .GroupBy(entry => entry.Branch, entry => entry.Major))
        {
            if (branch.Distinct().Count() > 1)
            {
                throw Refused($"the driver branch {branch.Key} is of the main releases {string.Join(" and ", branch.Distinct())}");
            }
        }

        foreach (int major in Vgpu.Majors)
        {
            foreach (PairRelation relation in Enum.GetValues(typeof(PairRelation)).Cast<PairRelation>().Where(relation => relation != PairRelation.PreviousLongTerm || Vgpu.IsLongTerm(major) == true))
            {
                int rules = Vgpu.PairRules.Count(rule => rule.Relation == relation && rule.IsFor(major));
                if (rules != 1 && (relation != PairRelation.PreviousLongTerm || rules > 1))
                {
                    throw Refused($"{rules} rules say whether a manager of {major}.x takes a guest of {relation}");
                }
            }
        }
    }

    private static GpuVSphereException Refused(string why) => new(
        "InvalidGpuCatalog", GpuErrorCategory.InvalidData, $"The catalogue cannot be used: {why}.", nextStep: "Mend the file and bring it again. The catalogue in use is unchanged.");
}
