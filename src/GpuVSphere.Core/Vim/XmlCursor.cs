using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Xml;

namespace GpuVSphere.Vim;

/// <summary>
/// Goes through a reply tag by tag as its bytes arrive: .NET's XML reader, with what <see cref="VimReader"/> needs of it and one kind of
/// error. Document types, which SOAP forbids, are refused.
/// </summary>
internal sealed class XmlCursor : IDisposable
{
    private const string XsiNamespace = "http://www.w3.org/2001/XMLSchema-instance";
    private const int MaxDepth = 512;
    private const int BufferSize = 128 * 1024;

    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = false,
    };

    private readonly XmlReader _xml;

    // Skipping an element leaves the reader on what follows it: that node is still to be looked at.
    private bool _isAhead;

    public XmlCursor(Stream stream)
    {
        try
        {
            _xml = XmlReader.Create(new BufferedStream(stream, BufferSize), s_settings, Context());
        }
        catch (XmlException e)
        {
            throw NotXml(e);
        }
    }

    /// <summary>How many elements are open; an element that was just opened counts, an empty one does not.</summary>
    public int Depth { get; private set; }

    /// <summary>The name of the tag last read, without its prefix.</summary>
    public string Name { get; private set; } = string.Empty;

    /// <summary>Whether the tag last read is an element without content.</summary>
    public bool IsEmpty { get; private set; }

    public void Dispose() => _xml.Dispose();

    /// <summary>Goes to the next tag, passing over text.</summary>
    /// <returns>Whether it opens an element; false when it closes one.</returns>
    public bool ReadTag()
    {
        while (true)
        {
            Advance();
            switch (_xml.NodeType)
            {
                case XmlNodeType.Element:
                    Name = _xml.LocalName;
                    IsEmpty = _xml.IsEmptyElement;
                    Depth = _xml.Depth + (IsEmpty ? 0 : 1);
                    return Depth <= MaxDepth ? true : throw VimReader.Malformed("its elements are nested too deeply");
                case XmlNodeType.EndElement:
                    Depth = _xml.Depth;
                    return false;
            }
        }
    }

    /// <summary>Passes over everything until only so many elements are open.</summary>
    public void SkipTo(int depth)
    {
        while (Depth > depth)
        {
            if (!_isAhead && _xml.NodeType == XmlNodeType.Element && !_xml.IsEmptyElement)
            {
                SkipElement();
                Depth--;
            }
            else
            {
                ReadTag();
            }
        }
    }

    /// <summary>The text of the element that was just opened, up to and with its end; elements in it are passed over.</summary>
    public string ReadText()
    {
        string? text = TryReadLeaf();
        if (text is null)
        {
            // An element where text is expected, from a later version perhaps.
            SkipTo(Depth - 1);
        }

        return text ?? string.Empty;
    }

    /// <summary>
    /// The text of the element that was just opened, up to and with its end, when there is no element in it; else null, and nothing is read
    /// but what stands before its first element.
    /// </summary>
    public string? TryReadLeaf()
    {
        if (IsEmpty)
        {
            return string.Empty;
        }

        string text = string.Empty;
        StringBuilder? pieces = null;
        while (true)
        {
            Advance();
            switch (_xml.NodeType)
            {
                case XmlNodeType.EndElement:
                    Depth = _xml.Depth;
                    return pieces?.ToString() ?? text;
                case XmlNodeType.Element:
                    _isAhead = true;
                    return null;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when text.Length == 0 && pieces is null:
                    text = Value();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    (pieces ??= new StringBuilder(text)).Append(Value());
                    break;
            }
        }
    }

    /// <summary>The element that was just opened as a whole number, up to and with its end; null when it is none.</summary>
    public long? ReadInteger(out string text)
    {
        text = ReadText();
        return long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;
    }

    /// <summary>The attribute <c>type</c> of the tag last read.</summary>
    /// <param name="isPrefixed">Whether xsi:type is meant, which is given without its prefix, or the plain type of a reference.</param>
    public string? TypeAttribute(bool isPrefixed)
    {
        string? type = isPrefixed ? _xml.GetAttribute("type", XsiNamespace) : _xml.GetAttribute("type");
        int colon = isPrefixed ? type?.IndexOf(':') ?? -1 : -1;
        return colon < 0 ? type : type!.Substring(colon + 1);
    }

    /// <summary>Reads on to the end of the stream, so that its connection can be used again.</summary>
    public void Drain()
    {
        while (Read())
        {
        }
    }

    // esxcli's answers use these prefixes without declaring them.
    private static XmlParserContext Context()
    {
        NameTable names = new();
        XmlNamespaceManager namespaces = new(names);
        namespaces.AddNamespace("xsi", XsiNamespace);
        namespaces.AddNamespace("xsd", "http://www.w3.org/2001/XMLSchema");
        return new XmlParserContext(names, namespaces, null, XmlSpace.None);
    }

    private static GpuVSphereException NotXml(XmlException e) => VimReader.Malformed("it is not XML: " + e.Message.TrimEnd('.'), e);

    private void Advance()
    {
        if (_isAhead)
        {
            _isAhead = false;
        }
        else
        {
            Read();
        }

        if (_xml.EOF)
        {
            throw VimReader.Malformed("it ends in the middle");
        }
    }

    private bool Read()
    {
        try
        {
            return _xml.Read();
        }
        catch (XmlException e)
        {
            throw NotXml(e);
        }
    }

    // A long text is read when it is asked for.
    private string Value()
    {
        try
        {
            return _xml.Value;
        }
        catch (XmlException e)
        {
            throw NotXml(e);
        }
    }

    private void SkipElement()
    {
        try
        {
            _xml.Skip();
        }
        catch (XmlException e)
        {
            throw NotXml(e);
        }

        _isAhead = true;
    }
}
