using System.Collections.Generic;
using System.IO;
using System.Text;

namespace GpuVSphere.Catalog;

/// <summary>
/// Reads comma-separated values as RFC 4180 describes them: fields in double quotes may hold commas, line breaks and doubled quotes.
/// Both kinds of line end are accepted. Blank lines and lines that begin with <c>#</c> are passed over between records.
/// </summary>
internal sealed class CsvReader
{
    // A field of this length is not data but a quote that was never closed, or a file of another kind.
    private const int LongestField = 64 * 1024;

    private readonly TextReader _text;
    private int _line = 1;

    internal CsvReader(TextReader text) => _text = text;

    /// <summary>The line on which the record last read began, from 1.</summary>
    internal int RecordLine { get; private set; }

    /// <summary>Reads one record.</summary>
    /// <returns>Its fields, or null at the end.</returns>
    /// <exception cref="InvalidDataException">A quote is not closed, or stands where none may.</exception>
    internal IReadOnlyList<string>? Read()
    {
        if (!SkipBlankAndComments())
        {
            return null;
        }

        RecordLine = _line;
        var fields = new List<string>();
        while (true)
        {
            fields.Add(_text.Peek() == '"' ? QuotedField() : PlainField());
            int next = _text.Read();
            if (next == ',')
            {
                continue;
            }

            EndLine(next);
            return fields;
        }
    }

    private bool SkipBlankAndComments()
    {
        while (true)
        {
            int next = _text.Peek();
            switch (next)
            {
                case -1:
                    return false;
                case '\r' or '\n':
                    EndLine(_text.Read());
                    break;
                case '#':
                    while ((next = _text.Peek()) is not (-1 or '\r' or '\n'))
                    {
                        _text.Read();
                    }

                    break;
                default:
                    return true;
            }
        }
    }

    private string PlainField()
    {
        var field = new StringBuilder();
        while (_text.Peek() is not (-1 or ',' or '\r' or '\n'))
        {
            char character = (char)_text.Read();
            if (character == '"')
            {
                throw new InvalidDataException($"line {_line}: a quote stands in the middle of a field that does not begin with one");
            }

            Append(field, character);
        }

        return field.ToString();
    }

    private string QuotedField()
    {
        int opened = _line;
        _text.Read();
        var field = new StringBuilder();
        while (true)
        {
            int next = _text.Read();
            if (next == -1)
            {
                throw new InvalidDataException($"line {opened}: a quote is opened and never closed");
            }

            if (next == '"')
            {
                if (_text.Peek() == '"')
                {
                    _text.Read();
                }
                else if (_text.Peek() is -1 or ',' or '\r' or '\n')
                {
                    return field.ToString();
                }
                else
                {
                    throw new InvalidDataException($"line {_line}: text follows a closing quote");
                }
            }
            else if (next == '\n')
            {
                _line++;
            }

            Append(field, (char)next);
        }
    }

    private void Append(StringBuilder field, char character)
    {
        if (field.Length >= LongestField)
        {
            throw new InvalidDataException($"line {_line}: a field is longer than {LongestField} characters");
        }

        field.Append(character);
    }

    private void EndLine(int character)
    {
        if (character == '\r' && _text.Peek() == '\n')
        {
            _text.Read();
        }

        _line++;
    }
}
