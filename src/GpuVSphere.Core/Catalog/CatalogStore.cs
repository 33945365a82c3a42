using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using GpuVSphere.State;

namespace GpuVSphere.Catalog;

/// <summary>
/// The catalogues that were brought, in the state directory: each an archive that is never changed, named by its content, and a list whose last row is in use.
/// The list is replaced as a whole, so that whoever reads finds the old catalogue or the new one. The one before stays, to go back to.
/// </summary>
public sealed class CatalogStore
{
    private const string ListName = "catalogs.csv";
    private const int MostKept = 5;

    private static readonly string[] s_columns = ["sha256", "at", "by", "from", "date"];

    private readonly string _folder;
    private readonly string _list;

    /// <summary>The catalogues of a state directory.</summary>
    /// <param name="stateDirectory">As <see cref="StateDirectory.Resolve()"/> gives it; it need not exist.</param>
    public CatalogStore(string stateDirectory)
    {
        _folder = Path.Combine(stateDirectory, "catalog");
        _list = Path.Combine(_folder, ListName);
    }

    /// <summary>Reads the catalogue in use. What was brought and cannot be used, or is older than the module's own, gives way to that, and Trouble says so.</summary>
    public KnownCatalog Load()
    {
        CatalogInfo? last = null;
        try
        {
            last = List().LastOrDefault();
            if (last is null)
            {
                return KnownCatalog.BuiltIn;
            }

            if (last.Date < KnownCatalog.BuiltIn.Info.Date)
            {
                return KnownCatalog.BuiltIn.With(KnownCatalog.BuiltIn.Info, $"The catalogue of {Text(last.Date)} that was brought is older than the module's own of {Text(KnownCatalog.BuiltIn.Info.Date)}, which is in use.");
            }

            using FileStream file = File.OpenRead(ArchiveOf(last));
            byte[] archive = CatalogBundle.ReadAll(file, ArchiveOf(last));
            if (CatalogBundle.Hash(archive) != last.Sha256)
            {
                throw new InvalidDataException("it was changed on the disk");
            }

            KnownCatalog known = CatalogBundle.FromZip(archive).Read();
            return known.With(last with { Source = known.Info.Source }, null);
        }
        catch (Exception error) when (error is GpuVSphereException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return KnownCatalog.BuiltIn.With(
                KnownCatalog.BuiltIn.Info,
                $"The catalogue {(last is null ? "list" : "of " + Text(last.Date))} in {_folder} cannot be used, so the module's own is in use: {error.Message}");
        }
    }

    /// <summary>The catalogues that were brought and are kept, the oldest first; the last is in use.</summary>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog: the list was changed by hand.</exception>
    public IReadOnlyList<CatalogInfo> List()
    {
        if (!File.Exists(_list))
        {
            return [];
        }

        using var text = new StreamReader(_list, new UTF8Encoding(false, throwOnInvalidBytes: true));
        string content = text.ReadToEnd();
        return content.Trim().Split('\n').Length < 2 ? [] : CsvTable.Read("catalogues that were brought", new StringReader(content), s_columns, Row);
    }

    /// <summary>Reads and checks a catalogue that could be brought. Nothing is changed.</summary>
    /// <param name="path">A folder with the CSV files, or a ZIP file of them.</param>
    /// <exception cref="GpuVSphereException">CatalogNotFound, CatalogNotReadable, InvalidGpuCatalog, CatalogTooNew.</exception>
    public static CatalogOffer Check(string path) => Offer(CatalogBundle.FromPath(path), path);

    /// <summary>Reads and checks a catalogue that was downloaded. Nothing is changed.</summary>
    /// <param name="zip">The ZIP archive.</param>
    /// <param name="source">Where it is from.</param>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog, CatalogTooNew.</exception>
    public static CatalogOffer Check(byte[] zip, string source) => Offer(CatalogBundle.FromZip(zip), source);

    /// <summary>Puts a checked catalogue in use.</summary>
    /// <param name="offer">The catalogue.</param>
    /// <param name="now">The time.</param>
    /// <param name="by">Who brings it.</param>
    /// <returns>What is in use now; as before when it was in use already.</returns>
    /// <exception cref="GpuVSphereException">CatalogIsOlder: than what is in use; StateDirectoryNotWritable.</exception>
    public KnownCatalog Install(CatalogOffer offer, DateTimeOffset now, string by)
    {
        KnownCatalog before = Load();
        if (offer.Info.Date < before.Info.Date)
        {
            throw new GpuVSphereException(
                "CatalogIsOlder",
                GpuErrorCategory.InvalidState,
                $"The catalogue from {offer.Info.BroughtFrom} is of {Text(offer.Info.Date)}, and the one in use of {Text(before.Info.Date)}.",
                offer.Info.BroughtFrom,
                "Update-GpuCatalog -Restore goes back to the catalogue before.");
        }

        if (before.Info.Sha256 == offer.Info.Sha256)
        {
            return before;
        }

        return Change(() =>
        {
            CatalogInfo brought = offer.Info with { BroughtAt = now, BroughtBy = by };
            StateFiles.WriteAtomically(ArchiveOf(brought), stream => stream.Write(offer.Archive, 0, offer.Archive.Length));
            Save([.. ListOrNone(out _).Where(kept => kept.Sha256 != brought.Sha256).Append(brought)]);
        });
    }

    /// <summary>Goes back to the catalogue before: the one brought before, or the module's own.</summary>
    /// <exception cref="GpuVSphereException">NoCatalogBefore: the module's own is in use. StateDirectoryNotWritable.</exception>
    public KnownCatalog Restore()
    {
        IReadOnlyList<CatalogInfo> list = ListOrNone(out bool isDamaged);
        return list.Count == 0 && !isDamaged
            ? throw new GpuVSphereException("NoCatalogBefore", GpuErrorCategory.InvalidState, "The module's own catalogue is in use, and there is none before it.", null, "Update-GpuCatalog -Path brings another.")
            : Change(() => Save([.. list.Take(list.Count - 1)]));
    }

    /// <summary>Changes with every change of the list.</summary>
    internal string Stamp()
    {
        var file = new FileInfo(_list);
        return file.Exists ? string.Format(CultureInfo.InvariantCulture, "{0}|{1}|{2}", _list, file.LastWriteTimeUtc.Ticks, file.Length) : _list;
    }

    private static CatalogOffer Offer(CatalogBundle bundle, string source)
    {
        KnownCatalog known = bundle.Read();
        byte[] archive = bundle.ToZip();
        return new CatalogOffer(known.Info with { IsBuiltIn = false, BroughtFrom = source, Sha256 = CatalogBundle.Hash(archive) }, known, archive);
    }

    private static CatalogInfo Row(CsvTable row) => new()
    {
        Sha256 = row.Needed("sha256") is { Length: 64 } hash && hash.All(Uri.IsHexDigit) ? hash : throw row.Invalid("has no SHA-256"),
        BroughtAt = DateTimeOffset.TryParseExact(row.Needed("at"), "o", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset at) ? at : throw row.Invalid("has no time"),
        BroughtBy = row.Text("by"),
        BroughtFrom = row.Text("from"),
        Date = DateTime.TryParseExact(row.Needed("date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime date) ? date : throw row.Invalid("has no date"),
        Source = row.Text("from"),
        IsBuiltIn = false,
    };

    private static string Text(DateTime date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Quoted(string? text) => "\"" + (text ?? string.Empty).Replace("\"", "\"\"").Replace("\r", " ").Replace("\n", " ") + "\"";

    private string ArchiveOf(CatalogInfo info) => Path.Combine(_folder, info.Sha256!.Substring(0, 16) + ".zip");

    // A list that cannot be read counts for nothing, so that another catalogue can be brought, or the module's own be taken.
    private IReadOnlyList<CatalogInfo> ListOrNone(out bool isDamaged)
    {
        isDamaged = false;
        try
        {
            return List();
        }
        catch (Exception error) when (error is GpuVSphereException or IOException)
        {
            isDamaged = true;
            return [];
        }
    }

    private void Save(IReadOnlyList<CatalogInfo> list)
    {
        CatalogInfo[] kept = [.. list.Skip(Math.Max(0, list.Count - MostKept))];
        var text = new StringBuilder(string.Join(",", s_columns) + "\n");
        foreach (CatalogInfo info in kept)
        {
            text.Append(string.Join(",", info.Sha256, info.BroughtAt!.Value.ToString("o", CultureInfo.InvariantCulture), Quoted(info.BroughtBy), Quoted(info.BroughtFrom), Text(info.Date))).Append('\n');
        }

        byte[] bytes = new UTF8Encoding(false).GetBytes(text.ToString());
        StateFiles.WriteAtomically(_list, stream => stream.Write(bytes, 0, bytes.Length));
        foreach (string archive in Directory.GetFiles(_folder, "*.zip").Except(kept.Select(ArchiveOf)))
        {
            StateFiles.TryDelete(archive);
        }
    }

    private KnownCatalog Change(Action change)
    {
        try
        {
            using FileStream hold = StateFiles.TryLock(_list + ".lock") ?? throw new GpuVSphereException(
                "CatalogInUse", GpuErrorCategory.ResourceBusy, "Another run changes the catalogue now.", _folder, "Run the command again.");
            change();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException(
                "StateDirectoryNotWritable",
                GpuErrorCategory.PermissionDenied,
                $"The catalogue cannot be kept in {_folder}: {error.Message}",
                _folder,
                $"Make the folder writable, or set {StateDirectory.Variable} to one that is.",
                error);
        }

        KnownCatalog.LookAgain();
        return Load();
    }
}
