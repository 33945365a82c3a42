using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace GpuVSphere.Vim;

/// <summary>
/// Reads a reply as it arrives, forward only. A reader stands on one element. Either that element is read as a value
/// (<see cref="String"/>, <see cref="Int32"/>, …), or its children are walked:
/// <code>
/// while (reader.NextChild())
/// {
///     switch (reader.Name)
///     {
///         case "name": name = reader.String(); break;
///         case "runtime": ReadRuntime(reader.Object()); break;   // a nested object: its own reader, its own loop
///     }
/// }
/// </code>
/// While children are walked the value methods read the present child. A child that is not read is skipped, and so is what a nested
/// reader leaves: elements that are unknown, empty or new in a later version do no harm.
/// </summary>
public sealed class VimReader
{
    private readonly XmlCursor _cursor;
    private readonly VimReader? _parent;
    private VimReader? _nested;
    private string _name = string.Empty;
    private int _depth;
    private bool _isEmpty;
    private bool _entered;
    private bool _done;
    private bool _childOpen;
    private bool _childIsEmpty;

    private VimReader(XmlCursor cursor, VimReader? parent)
    {
        _cursor = cursor;
        _parent = parent;
    }

    /// <summary>The name of the present child without its prefix; before the first <see cref="NextChild"/> the name of the element itself.</summary>
    public string Name => _name;

    /// <summary>The type that the server declares with xsi:type, without its prefix; null when it declares none. To be asked before the value is read.</summary>
    public string? XsiType
    {
        get
        {
            RequireOpen();
            return _cursor.TypeAttribute(isPrefixed: true);
        }
    }

    /// <summary>Stands on the first element of a stream.</summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is not XML.</exception>
    internal static VimReader Open(Stream stream) => Open(new XmlCursor(stream));

    /// <summary>Stands on the first element.</summary>
    internal static VimReader Open(XmlCursor cursor)
    {
        if (!cursor.ReadTag())
        {
            throw Malformed("it begins with the end of an element");
        }

        VimReader reader = new(cursor, null);
        reader.StandOn(cursor.Name, cursor.Depth, cursor.IsEmpty);
        return reader;
    }

    /// <summary>Goes to the next child, skipping what was not read of the present one.</summary>
    /// <returns>False when there is no more.</returns>
    /// <exception cref="GpuVSphereException">MalformedReply: the reply ended too early or is not XML.</exception>
    public bool NextChild()
    {
        if (_done)
        {
            return false;
        }

        if (!_entered)
        {
            _entered = true;
            if (_isEmpty)
            {
                Leave();
                return false;
            }
        }
        else if (_childOpen && !_childIsEmpty)
        {
            _cursor.SkipTo(_depth);
        }

        _childOpen = _cursor.ReadTag();
        if (!_childOpen)
        {
            Leave();
            return false;
        }

        _name = _cursor.Name;
        _childIsEmpty = _cursor.IsEmpty;
        return true;
    }

    /// <summary>
    /// The reader of the present child as an object of its own. It is reused for the next child: do not keep it. Before the first
    /// <see cref="NextChild"/> it is this reader itself.
    /// </summary>
    public VimReader Object()
    {
        if (!_entered)
        {
            return this;
        }

        RequireOpen();
        VimReader nested = _nested ??= new VimReader(_cursor, this);
        nested.StandOn(_name, _cursor.Depth, _childIsEmpty);
        return nested;
    }

    /// <summary>The value as text; empty for an empty element.</summary>
    public string String()
    {
        RequireOpen();
        string text = CurrentIsEmpty ? string.Empty : _cursor.ReadText();
        Consumed();
        return text;
    }

    /// <summary>The value as a whole number of 32 bits.</summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is not one.</exception>
    public int Int32() => checked((int)Integer(int.MinValue, int.MaxValue));

    /// <summary>The value as a whole number of 64 bits.</summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is not one.</exception>
    public long Int64() => Integer(long.MinValue, long.MaxValue);

    /// <summary>
    /// The value as 16 bits without a sign. vim25 declares PCI ids as signed shorts, so 0x8086 arrives as -32634; some servers send 32902. Both are read.
    /// </summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is no number of 16 bits.</exception>
    public ushort UInt16() => unchecked((ushort)Integer(short.MinValue, ushort.MaxValue));

    /// <summary>The value as 8 bits without a sign: bus 0xAF arrives as -81, from some servers as 175. Both are read.</summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is no number of 8 bits.</exception>
    public byte Byte() => unchecked((byte)Integer(sbyte.MinValue, byte.MaxValue));

    /// <summary>The value as true or false.</summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is neither.</exception>
    public bool Boolean()
    {
        string name = Name;
        string text = String();
        return text.Trim() switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw Malformed($"element {name} should be true or false and is '{Shorten(text)}'"),
        };
    }

    /// <summary>The value as a number with a fraction.</summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is not one.</exception>
    public double Double()
    {
        string name = Name;
        string text = String();
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw Malformed($"element {name} should be a number and is '{Shorten(text)}'");
    }

    /// <summary>The value as a moment; without a zone it is taken as UTC.</summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is none.</exception>
    public DateTimeOffset DateTime()
    {
        string name = Name;
        string text = String();
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset value)
            ? value
            : throw Malformed($"element {name} should be a date and is '{Shorten(text)}'");
    }

    /// <summary>The value as a reference to a managed object.</summary>
    public ManagedObjectReference Reference()
    {
        RequireOpen();
        string type = _cursor.TypeAttribute(isPrefixed: false) ?? string.Empty;
        return new ManagedObjectReference(type, String());
    }

    /// <summary>The value as a small tree, for what has no known shape.</summary>
    public VimElement Element()
    {
        RequireOpen();
        VimElement element = ReadTree(CurrentIsEmpty);
        Consumed();
        return element;
    }

    /// <summary>The text of every child, whatever the children are called: an ArrayOfString.</summary>
    public IReadOnlyList<string> Strings()
    {
        List<string> values = [];
        VimReader array = Object();
        while (array.NextChild())
        {
            values.Add(array.String());
        }

        return values;
    }

    /// <summary>Every child as a reference: an ArrayOfManagedObjectReference.</summary>
    public IReadOnlyList<ManagedObjectReference> References()
    {
        List<ManagedObjectReference> values = [];
        VimReader array = Object();
        while (array.NextChild())
        {
            values.Add(array.Reference());
        }

        return values;
    }

    internal static GpuVSphereException Malformed(string what, Exception? inner = null) => new(
        "MalformedReply",
        GpuErrorCategory.InvalidData,
        $"The server's reply could not be understood: {what}.",
        null,
        "Try again; if it stays so, record the conversation with -TracePath and check what lies between you and the server.",
        inner);

    private static string Shorten(string text) => text.Length <= 60 ? text : text.Substring(0, 60) + "…";

    private bool CurrentIsEmpty => _entered ? _childIsEmpty : _isEmpty;

    private void StandOn(string name, int depth, bool isEmpty)
    {
        _name = name;
        _depth = depth;
        _isEmpty = isEmpty;
        _entered = false;
        _done = false;
        _childOpen = false;
    }

    private long Integer(long min, long max)
    {
        RequireOpen();
        string name = Name;
        string text = string.Empty;
        long? value = CurrentIsEmpty ? null : _cursor.ReadInteger(out text);
        Consumed();
        return value >= min && value <= max
            ? value.Value
            : throw Malformed($"element {name} should be a whole number from {min.ToString(CultureInfo.InvariantCulture)} to {max.ToString(CultureInfo.InvariantCulture)} and is '{Shorten(value?.ToString(CultureInfo.InvariantCulture) ?? text)}'");
    }

    /// <summary>Reads the element whose start tag was just read.</summary>
    private VimElement ReadTree(bool isEmpty)
    {
        string name = _cursor.Name;
        string? xsiType = _cursor.TypeAttribute(isPrefixed: true);
        string? referenceType = _cursor.TypeAttribute(isPrefixed: false);
        if (isEmpty)
        {
            return new VimElement(name, xsiType, referenceType, string.Empty, []);
        }

        string? text = _cursor.TryReadLeaf();
        if (text is not null)
        {
            return new VimElement(name, xsiType, referenceType, text, []);
        }

        List<VimElement> children = [];
        while (_cursor.ReadTag())
        {
            children.Add(ReadTree(_cursor.IsEmpty));
        }

        return new VimElement(name, xsiType, referenceType, string.Empty, children);
    }

    private void RequireOpen()
    {
        if (_done || (_entered && !_childOpen))
        {
            throw new InvalidOperationException("This element was already read.");
        }
    }

    private void Consumed()
    {
        if (_entered)
        {
            _childOpen = false;
        }
        else
        {
            _entered = true;
            Leave();
        }
    }

    private void Leave()
    {
        _done = true;
        if (_parent is not null)
        {
            _parent._childOpen = false;
        }
    }
}
