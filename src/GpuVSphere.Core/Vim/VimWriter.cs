using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace GpuVSphere.Vim;

/// <summary>
/// Writes the arguments of a call as XML. vim25 wants elements in the order of its schema: write them in that order. What is null is not written.
/// </summary>
public sealed class VimWriter
{
    private byte[] _bytes = new byte[1024];
    private int _length;

    internal VimWriter()
    {
    }

    /// <summary>Writes text.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="value">The text, or null to write nothing; an empty text is written as an empty element.</param>
    /// <exception cref="GpuVSphereException">InvalidText: the text holds a control character that XML cannot carry.</exception>
    public VimWriter Element(string name, string? value) => value is null ? this : Open(name, null, null).Text(value).Close(name);

    /// <summary>Writes a whole number.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="value">The number, or null to write nothing.</param>
    public VimWriter Element(string name, int? value) => Element(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes a whole number.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="value">The number, or null to write nothing.</param>
    public VimWriter Element(string name, long? value) => Element(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes true or false.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="value">The value, or null to write nothing.</param>
    public VimWriter Element(string name, bool? value) => Element(name, value switch { null => null, true => "true", false => "false" });

    /// <summary>Writes a reference.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="value">The reference; an empty one is not written.</param>
    public VimWriter Element(string name, ManagedObjectReference value) =>
        value.IsEmpty ? this : Open(name, "type", value.Type).Text(value.Value).Close(name);

    /// <summary>Writes an object.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="children">Writes its fields, or null to write nothing.</param>
    /// <param name="xsiType">Its type, where the schema declares a base type there; else null.</param>
    public VimWriter Element(string name, Action<VimWriter>? children, string? xsiType = null)
    {
        if (children is null)
        {
            return this;
        }

        Open(name, xsiType is null ? null : "xsi:type", xsiType);
        children(this);
        return Close(name);
    }

    /// <summary>Writes text where the schema allows anything, declared as a string: the value of an OptionValue.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="value">The text.</param>
    public VimWriter AnyString(string name, string value) => Open(name, "xsi:type", "xsd:string").Text(value).Close(name);

    /// <summary>Writes a value where the schema allows anything.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="type">As what it is declared, such as <c>xsd:boolean</c>.</param>
    /// <param name="value">The value.</param>
    internal VimWriter Any(string name, string type, string value) => Open(name, "xsi:type", type).Text(value).Close(name);

    /// <summary>Writes one element for each text.</summary>
    /// <param name="name">The name of each.</param>
    /// <param name="values">The texts; none writes nothing.</param>
    public VimWriter Elements(string name, IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            Element(name, value);
        }

        return this;
    }

    /// <summary>Writes one element for each reference.</summary>
    /// <param name="name">The name of each.</param>
    /// <param name="values">The references; none writes nothing.</param>
    public VimWriter Elements(string name, IEnumerable<ManagedObjectReference> values)
    {
        foreach (ManagedObjectReference value in values)
        {
            Element(name, value);
        }

        return this;
    }

    /// <summary>Writes a secret without making a string of it.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="value">The secret; the caller wipes it.</param>
    public VimWriter Secret(string name, char[] value) => Open(name, null, null).Text(value, value.Length).Close(name);

    /// <summary>Writes what is known to be right XML.</summary>
    internal VimWriter Raw(string xml)
    {
        Reserve(xml.Length * 3);
        _length += Encoding.UTF8.GetBytes(xml, 0, xml.Length, _bytes, _length);
        return this;
    }

    internal byte[] ToArray()
    {
        byte[] result = new byte[_length];
        Buffer.BlockCopy(_bytes, 0, result, 0, _length);
        return result;
    }

    /// <summary>Overwrites what was written, once it was sent, when it held a secret.</summary>
    internal void Wipe() => Array.Clear(_bytes, 0, _bytes.Length);

    private VimWriter Open(string name, string? attribute, string? attributeValue)
    {
        Raw("<").Raw(name);
        if (attribute is not null)
        {
            Raw(" ").Raw(attribute).Raw("=\"").Text(attributeValue!).Raw("\"");
        }

        return Raw(">");
    }

    private VimWriter Close(string name) => Raw("</").Raw(name).Raw(">");

    private VimWriter Text(string value)
    {
        char[] chars = value.ToCharArray();
        return Text(chars, chars.Length);
    }

    private VimWriter Text(char[] value, int count)
    {
        int start = 0;
        for (int i = 0; i < count; i++)
        {
            char c = value[i];
            string? escape = c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\r' => "&#13;",
                '\n' or '\t' => null,
                < ' ' or '\uFFFE' or '\uFFFF' => throw new GpuVSphereException(
                    "InvalidText",
                    GpuErrorCategory.InvalidArgument,
                    $"A text holds the control character U+{((int)c).ToString("X4", CultureInfo.InvariantCulture)}, which vSphere's protocol cannot carry.",
                    null,
                    "Remove the character."),
                _ => null,
            };
            if (escape is not null)
            {
                Chars(value, start, i - start).Raw(escape);
                start = i + 1;
            }
        }

        return Chars(value, start, count - start);
    }

    private VimWriter Chars(char[] value, int start, int count)
    {
        Reserve(count * 3);
        _length += Encoding.UTF8.GetBytes(value, start, count, _bytes, _length);
        return this;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length >= count)
        {
            return;
        }

        byte[] larger = new byte[Math.Max(_bytes.Length * 2, _length + count)];
        Buffer.BlockCopy(_bytes, 0, larger, 0, _length);
        Array.Clear(_bytes, 0, _bytes.Length);
        _bytes = larger;
    }
}
