using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace GpuVSphere.Catalog;

/// <summary>A CSV file with a header, read row by row by the names of its columns. What does not fit is refused with its line.</summary>
internal sealed class CsvTable
{
    private const int MostRows = 20_000;

    private readonly string _name;
    private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyList<string> _row = [];
    private int _line;

    private CsvTable(string name) => _name = name;

    /// <summary>Reads all rows of a table.</summary>
    /// <typeparam name="T">What a row becomes.</typeparam>
    /// <param name="name">The table's name, for errors.</param>
    /// <param name="text">The text; it is read to its end.</param>
    /// <param name="columns">The columns that it must have.</param>
    /// <param name="row">Makes something of the current row.</param>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog: it names the table, the line, and what is wrong.</exception>
    internal static IReadOnlyList<T> Read<T>(string name, TextReader text, IEnumerable<string> columns, Func<CsvTable, T> row)
    {
        var table = new CsvTable(name);
        var rows = new List<T>();
        try
        {
            var reader = new CsvReader(text);
            table.Header(reader.Read() ?? throw table.Refused("it is empty"), columns);
            while (reader.Read() is { } fields)
            {
                (table._row, table._line) = (fields, reader.RecordLine);
                if (fields.Count != table._columns.Count)
                {
                    throw table.Invalid($"has {fields.Count} fields, the header has {table._columns.Count}");
                }

                if (rows.Count == MostRows)
                {
                    throw table.Invalid($"is more than the {MostRows} rows a catalogue may have");
                }

                rows.Add(row(table));
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or DecoderFallbackException or IOException)
        {
            throw table.Refused(exception.Message, exception);
        }

        return rows.Count > 0 ? rows : throw table.Refused("it has a header and nothing else");
    }

    /// <summary>The text of a column, trimmed.</summary>
    internal string Text(string column) => _row[_columns[column]].Trim();

    /// <summary>The text of a column that must not be empty.</summary>
    internal string Needed(string column) => Text(column) is { Length: > 0 } text ? text : throw Invalid($"has no {column}");

    /// <summary>The words of a column, parted by blanks.</summary>
    internal IReadOnlyList<string> Words(string column) => Text(column).Split([' '], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A whole number, or null where the column is empty.</summary>
    internal int? Number(string column, int least, int most) => Text(column) is { Length: > 0 } text ? Number(text, column, least, most) : null;

    /// <summary>A whole number that must be there.</summary>
    internal int NeededNumber(string column, int least, int most) => Number(Needed(column), column, least, most);

    /// <summary>Whole numbers parted by blanks.</summary>
    internal IReadOnlyList<int> Numbers(string column, int least, int most) => [.. Words(column).Select(word => Number(word, column, least, most))];

    /// <summary>A PCI id: four hexadecimal digits.</summary>
    internal ushort Id(string text, string column) =>
        text.Length == 4 && ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort id) && id != 0
            ? id
            : throw Invalid($"has {column} '{text}'; a PCI id is four hexadecimal digits");

    /// <summary>A driver's version, or null where the column is empty.</summary>
    internal DriverVersion? Driver(string column) => Text(column) is { Length: > 0 } text
        ? DriverVersion.TryParse(text) ?? throw Invalid($"has {column} '{text}', which is no driver version")
        : null;

    /// <summary>A confidence; unknown where the column is empty.</summary>
    internal FactConfidence Confidence(string column) => Text(column).ToUpperInvariant() switch
    {
        "" => FactConfidence.Unknown,
        "COMPUTED" or "C" => FactConfidence.Computed,
        "DOUBTFUL" => FactConfidence.Doubtful,
        "PROBABLE" => FactConfidence.Probable,
        "CONFIRMED" or "D" => FactConfidence.Confirmed,
        _ => throw Invalid($"has {column} '{Text(column)}', which is no degree of confidence"),
    };

    /// <summary>An error about the current row.</summary>
    internal GpuVSphereException Invalid(string why) => Refused($"line {_line} {why}");

    private void Header(IReadOnlyList<string> header, IEnumerable<string> columns)
    {
        for (int index = 0; index < header.Count; index++)
        {
            string column = header[index].Trim();
            if (_columns.ContainsKey(column))
            {
                throw Refused($"it has the column {column} twice");
            }

            _columns[column] = index;
        }

        if (columns.FirstOrDefault(column => !_columns.ContainsKey(column)) is { } missing)
        {
            throw Refused($"it has no column {missing}");
        }
    }

    private int Number(string text, string column, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw Invalid($"has {column} '{text}'; it must be a whole number from {least} to {most}");

    private GpuVSphereException Refused(string why, Exception? inner = null) => new(
        "InvalidGpuCatalog",
        GpuErrorCategory.InvalidData,
        $"The catalogue of {_name} cannot be used: {why}.",
        nextStep: "Mend the file and load it again. The catalogue in use is unchanged.",
        inner: inner);
}
