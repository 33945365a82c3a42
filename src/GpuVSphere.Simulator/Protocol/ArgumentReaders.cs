using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Reads the fields of what a client sent, as what they are declared to be; a value that is none is refused with InvalidRequest, as vSphere does.</summary>
internal static class ArgumentReaders
{
    /// <summary>Every value of a field: none, one, or as many as the element was repeated.</summary>
    public static IReadOnlyList<object> Values(this DataObject data, string name) => data[name] switch
    {
        null => [],
        IReadOnlyList<object> many => many,
        object one => [one],
    };

    public static string? Text(this DataObject data, string name) => data[name] switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        DataObject { Fields.Count: 0 } => string.Empty,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw Malformed(name, "a text"),
    };

    public static string RequiredText(this DataObject data, string name) => data.Text(name) ?? throw Malformed(name, "a text");

    public static IReadOnlyList<string> Texts(this DataObject data, string name) =>
        data.Values(name).Select(value => value as string ?? throw Malformed(name, "a list of texts")).ToList();

    public static bool? Boolean(this DataObject data, string name) => data.Text(name)?.Trim() switch
    {
        null => null,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw Malformed(name, "a boolean"),
    };

    public static int? Int32(this DataObject data, string name) =>
        data.Text(name) is not { } text ? null
        : int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw Malformed(name, "an int");

    public static long? Int64(this DataObject data, string name) =>
        data.Text(name) is not { } text ? null
        : long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
        : throw Malformed(name, "a long");

    public static MoRef? Reference(this DataObject data, string name) => data[name] switch
    {
        null => null,
        MoRef reference => reference,
        _ => throw Malformed(name, "a reference"),
    };

    public static MoRef RequiredReference(this DataObject data, string name) => data.Reference(name) ?? throw Malformed(name, "a reference");

    /// <summary>A nested object, or null; an element without children is an object without fields.</summary>
    public static DataObject? Object(this DataObject data, string name) => data[name] switch
    {
        null => null,
        DataObject nested => nested,
        string { Length: 0 } => new DataObject(string.Empty),
        _ => throw Malformed(name, "an object"),
    };

    public static IReadOnlyList<DataObject> Objects(this DataObject data, string name) => data.Values(name)
        .Select(value => value switch
        {
            DataObject nested => nested,
            string { Length: 0 } => new DataObject(string.Empty),
            _ => throw Malformed(name, "a list of objects"),
        })
        .ToList();

    private static SimulatedFault Malformed(string name, string expected) =>
        new("InvalidRequest", "The element '" + name + "' of the request is missing or is not " + expected + ".", "types-core.txt: InvalidRequest for what the SOAP layer cannot read");
}
