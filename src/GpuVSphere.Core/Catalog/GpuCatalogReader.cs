using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace GpuVSphere.Catalog;

/// <summary>Turns the CSV of a catalogue into models, and refuses one that could mislead.</summary>
internal sealed class GpuCatalogReader
{
    // The catalogue has under a hundred rows; a file with more than this is something else.
    private const int MostRows = 10_000;
    private const long BytesPerMiB = 1024 * 1024;

    // 16 TiB, far beyond any BAR that is sold, so that sums of BARs stay far from overflowing.
    private const long LargestBarMiB = 16L * 1024 * 1024;

    private static readonly string[] s_columns =
    [
        "vendor", "device", "subsystems", "model", "aliases", "architecture", "form", "memory_gb", "gpus_per_board",
        "bar0_mib", "bar1_mib", "bar3_mib", "bar1_confidence", "published_mmio_gb", "display_mode_changes_bar1", "source",
    ];

    private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyList<string> _row = [];
    private int _line;

    /// <summary>Reads all models.</summary>
    /// <param name="csv">The text.</param>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog: it says which line and why.</exception>
    internal IReadOnlyList<GpuModel> Read(TextReader csv)
    {
        try
        {
            var reader = new CsvReader(csv);
            ReadHeader(reader.Read());
            var models = new List<GpuModel>();
            while (reader.Read() is { } row)
            {
                (_row, _line) = (row, reader.RecordLine);
                if (row.Count != _columns.Count)
                {
                    throw Invalid($"has {row.Count} fields, the header has {_columns.Count}");
                }

                models.Add(ReadModel());
                if (models.Count > MostRows)
                {
                    throw Invalid($"is more than the {MostRows} rows a catalogue may have");
                }

                Check(models);
            }

            return models.Count > 0 ? models : throw Refused("it has a header and no models");
        }
        catch (Exception exception) when (exception is InvalidDataException or DecoderFallbackException or IOException)
        {
            throw Refused(exception.Message, exception);
        }
    }

    private void ReadHeader(IReadOnlyList<string>? header)
    {
        if (header is null)
        {
            throw Refused("it is empty");
        }

        for (int index = 0; index < header.Count; index++)
        {
            string name = header[index].Trim().TrimStart('\uFEFF');
            if (_columns.ContainsKey(name))
            {
                throw Refused($"the column {name} is there twice");
            }

            _columns.Add(name, index);
        }

        // Columns that a newer catalogue adds are let pass; those this version reads must be there.
        string[] missing = [.. s_columns.Where(column => !_columns.ContainsKey(column))];
        if (missing.Length > 0)
        {
            throw Refused($"the first line names no column {string.Join(", ", missing)}");
        }
    }

    private GpuModel ReadModel()
    {
        long? bar1 = Bar("bar1_mib");
        FactConfidence confidence = Confidence();
        if (bar1 is null != (confidence == FactConfidence.Unknown))
        {
            throw Invalid("gives a BAR1 and calls it unknown, or gives none and calls it known");
        }

        int? published = Number("published_mmio_gb", 1, 65536);
        if (published is { } size && (size & (size - 1)) != 0)
        {
            throw Invalid($"has published_mmio_gb {size}, which is not a power of two");
        }

        return new GpuModel
        {
            VendorId = Id(Field("vendor"), "vendor"),
            DeviceId = Id(Field("device"), "device"),
            Subsystems = [.. Words("subsystems", ' ').Select(Subsystem)],
            Name = Needed("model"),
            Aliases = [.. Words("aliases", ';')],
            Architecture = Needed("architecture"),
            Form = Needed("form"),
            MemoryGB = Number("memory_gb", 1, 4096) ?? throw Invalid("has no memory_gb"),
            GpusPerBoard = Number("gpus_per_board", 1, 64) ?? throw Invalid("has no gpus_per_board"),
            Bar0Bytes = Bar("bar0_mib"),
            Bar1Bytes = bar1,
            Bar3Bytes = Bar("bar3_mib"),
            Bar1Confidence = confidence,
            PublishedMmioGB = published,
            DisplayModeChangesBar1 = YesOrEmpty("display_mode_changes_bar1"),
            Source = Needed("source"),
        };
    }

    /// <summary>The newest model against those before it: a look-up by ids or by name may have one answer only.</summary>
    private void Check(List<GpuModel> models)
    {
        GpuModel added = models[models.Count - 1];
        for (int index = 0; index < models.Count - 1; index++)
        {
            GpuModel other = models[index];
            if (string.Equals(other.Name, added.Name, StringComparison.OrdinalIgnoreCase))
            {
                throw Invalid($"names the model {added.Name} a second time");
            }

            if (other.VendorId != added.VendorId || other.DeviceId != added.DeviceId)
            {
                continue;
            }

            if (other.Subsystems.Count == 0 || added.Subsystems.Count == 0 || other.Subsystems.Intersect(added.Subsystems).Any())
            {
                throw Invalid($"has the same ids as {other.Name}, and no subsystem ids that tell the two apart");
            }
        }
    }

    private string Field(string column) => _row[_columns[column]].Trim();

    private string Needed(string column) => Field(column) is { Length: > 0 } text ? text : throw Invalid($"has no {column}");

    private IEnumerable<string> Words(string column, char separator) =>
        Field(column).Split([separator], StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim()).Where(word => word.Length > 0);

    private bool YesOrEmpty(string column) => Field(column).ToUpperInvariant() switch
    {
        "" or "NO" => false,
        "YES" => true,
        _ => throw Invalid($"has {column} '{Field(column)}', which is neither yes nor empty"),
    };

    private FactConfidence Confidence() => Field("bar1_confidence").ToUpperInvariant() switch
    {
        "UNKNOWN" => FactConfidence.Unknown,
        "COMPUTED" => FactConfidence.Computed,
        "DOUBTFUL" => FactConfidence.Doubtful,
        "PROBABLE" => FactConfidence.Probable,
        "CONFIRMED" => FactConfidence.Confirmed,
        _ => throw Invalid($"has bar1_confidence '{Field("bar1_confidence")}'; it must be unknown, computed, doubtful, probable or confirmed"),
    };

    private int? Number(string column, int least, int most)
    {
        string text = Field(column);
        if (text.Length == 0)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw Invalid($"has {column} '{text}'; it must be a whole number from {least} to {most}");
    }

    private long? Bar(string column)
    {
        string text = Field(column);
        if (text.Length == 0)
        {
            return null;
        }

        // PCI sizes a BAR by its low address bits, so every BAR is a power of two.
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            && size is > 0 and <= LargestBarMiB && (size & (size - 1)) == 0
            ? size * BytesPerMiB
            : throw Invalid($"has {column} '{text}'; a BAR is a power of two from 1 to {LargestBarMiB} MiB");
    }

    private GpuSubsystem Subsystem(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length == 2
            ? new GpuSubsystem(Id(parts[0], "subsystems"), Id(parts[1], "subsystems"))
            : throw Invalid($"has the subsystem '{text}'; it must look like 10de:14a9");
    }

    private ushort Id(string text, string column) =>
        text.Length == 4 && ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort id) && id != 0
            ? id
            : throw Invalid($"has {column} '{text}'; a PCI id is four hexadecimal digits");

    private GpuVSphereException Invalid(string why) => Refused($"line {_line} {why}");

    private static GpuVSphereException Refused(string why, Exception? inner = null) => new(
        "InvalidGpuCatalog",
        GpuErrorCategory.InvalidData,
        $"The GPU catalogue cannot be used: {why}.",
        nextStep: "Mend the file and load it again. The catalogue in use is unchanged.",
        inner: inner);
}
