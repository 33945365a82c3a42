using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Xml;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>
/// Writes replies as vSphere does, for a client of one API version: fields in their order, what the version does not know left out,
/// objects of newer types as their known base, xsi:type where the declared type does not say it.
/// </summary>
internal sealed class SoapWriter : IDisposable
{
    private const string Vim = "urn:vim25";
    private const string Xsd = "http://www.w3.org/2001/XMLSchema";
    private const string Xsi = "http://www.w3.org/2001/XMLSchema-instance";
    private const string Soap = "http://schemas.xmlsoap.org/soap/envelope/";

    private readonly XmlWriter _xml;
    private readonly WireVersion _version;
    private readonly Schema _schema = Schema.Default;

    private SoapWriter(XmlWriter xml, WireVersion version)
    {
        _xml = xml;
        _version = version;
    }

    /// <summary>The envelope of a result.</summary>
    public static byte[] Reply(string method, object? result, WireVersion version) => Envelope(version, writer =>
    {
        writer._xml.WriteStartElement(method + "Response", Vim);
        foreach (object item in Items(result))
        {
            // What a method returns is declared, so only an object, which may be of a derived type, says what it is.
            writer.Value("returnval", item, item is DataObject ? DeclaredType.Unknown : new DeclaredType(item is MoRef ? "ManagedObjectReference" : SimpleType(item), item is MoRef, false));
        }

        writer._xml.WriteEndElement();
    });

    /// <summary>The envelope of a fault; without a detail when the fault is about the SOAP layer itself.</summary>
    public static byte[] Fault(string code, string text, DataObject? detail, WireVersion version) => Envelope(version, writer =>
    {
        writer._xml.WriteStartElement("soapenv", "Fault", Soap);
        writer._xml.WriteElementString("faultcode", code);
        writer._xml.WriteElementString("faultstring", text);
        if (detail is not null)
        {
            writer._xml.WriteStartElement("detail");
            writer._xml.WriteStartElement(detail.TypeName + "Fault", Vim);
            string type = writer._schema.KnownTo(detail.TypeName, version);
            writer._xml.WriteAttributeString("type", Xsi, type);
            writer.Fields(detail, type);
            writer._xml.WriteEndElement();
            writer._xml.WriteEndElement();
        }

        writer._xml.WriteEndElement();
    });

    /// <summary>A value as text, for comparing what a client was told with what is.</summary>
    public static string Text(object? value, DeclaredType declared, WireVersion version)
    {
        if (value is null)
        {
            return string.Empty;
        }

        StringBuilder text = new();
        using (XmlWriter xml = XmlWriter.Create(text, Settings(ConformanceLevel.Fragment)))
        using (SoapWriter writer = new(xml, version))
        {
            writer.Any("val", value, declared);
        }

        return text.ToString();
    }

    public void Dispose() => _xml.Dispose();

    /// <summary>The value of a property, which stands alone and says its type.</summary>
    private void Any(string name, object value, DeclaredType declared)
    {
        // One value where several are declared is an array of one.
        IEnumerable? list = value is not string and not byte[] and IEnumerable many ? many : declared.IsArray && value is not byte[] ? new[] { value } : null;
        if (list is not null)
        {
            DeclaredType element = ElementOf(declared, list);
            string wrapped = element.IsReference ? "ManagedObjectReference" : element.Name;
            string local = wrapped.StartsWith("xsd:", StringComparison.Ordinal) ? wrapped.Substring(4) : wrapped;
            _xml.WriteStartElement(name, Vim);
            _xml.WriteAttributeString("type", Xsi, "ArrayOf" + char.ToUpperInvariant(local[0]) + local.Substring(1));
            foreach (object? item in list)
            {
                if (item is not null)
                {
                    // An element of the declared type still says so, as vCenter does for data objects.
                    Value(local, item, element, alwaysTyped: item is DataObject || wrapped == "xsd:anyType");
                }
            }

            _xml.WriteEndElement();
            return;
        }

        Value(name, value, declared.Element, alwaysTyped: true);
    }

    private static DeclaredType ElementOf(DeclaredType declared, IEnumerable list)
    {
        if (!declared.IsUnknown && (declared.IsArray || declared.Name != "xsd:anyType"))
        {
            return declared.Element;
        }

        foreach (object? item in list)
        {
            if (item is not null)
            {
                return new DeclaredType(item is DataObject data ? data.TypeName : item is MoRef reference ? reference.Type : SimpleType(item), item is MoRef, false);
            }
        }

        return new DeclaredType("xsd:anyType", false, false);
    }

    private void Value(string name, object value, DeclaredType declared, bool alwaysTyped = false)
    {
        if (value is AnyValue any)
        {
            Any(name, any.Value, any.Declared);
            return;
        }

        if (value is not string and not byte[] and IEnumerable)
        {
            // A list where one value is declared can only be the array form, as in an OptionValue.
            Any(name, value, DeclaredType.Unknown);
            return;
        }

        _xml.WriteStartElement(name, Vim);
        bool typed = alwaysTyped || declared.IsAny;
        switch (value)
        {
            case DataObject data:
                string given = data.TypeName.Length == 0 ? declared.Name : data.TypeName;
                string type = _schema.KnownTo(given, _version);
                if ((typed || type != declared.Name) && type.Length > 0)
                {
                    _xml.WriteAttributeString("type", Xsi, type);
                }

                Fields(data, type);
                break;
            case MoRef reference:
                _xml.WriteAttributeString("type", reference.Type);
                if (typed)
                {
                    _xml.WriteAttributeString("type", Xsi, "ManagedObjectReference");
                }

                _xml.WriteString(reference.Value);
                break;
            default:
                if (typed)
                {
                    _xml.WriteAttributeString("type", Xsi, declared.IsAny || declared.IsReference ? SimpleType(value) : declared.Name);
                }

                _xml.WriteString(SimpleText(value, declared.Name));
                break;
        }

        _xml.WriteEndElement();
    }

    private void Fields(DataObject data, string type)
    {
        Dictionary<string, SchemaMember> known = _schema.Members(type, _version);
        bool isOpen = _schema.IsOpen(type);
        foreach (KeyValuePair<string, object?> field in data.Fields)
        {
            if (field.Value is null)
            {
                continue;
            }

            if (!known.TryGetValue(field.Key, out SchemaMember? member) && !(isOpen && _schema.FindMember(type, field.Key) is null))
            {
                continue;
            }

            DeclaredType declared = member?.Type ?? DeclaredType.Unknown;
            if (field.Value is not string and not byte[] and IEnumerable list && (member is null || declared.IsArray))
            {
                foreach (object? item in list)
                {
                    if (item is not null)
                    {
                        Value(field.Key, item, declared.Element, alwaysTyped: false);
                    }
                }
            }
            else if (declared.IsUnknown && field.Value is not DataObject)
            {
                // Nothing is known of the field: its own type is the best guess, and a simple one is not said in that place.
                Value(field.Key, field.Value, new DeclaredType(field.Value is MoRef ? "ManagedObjectReference" : SimpleType(field.Value), field.Value is MoRef, false));
            }
            else
            {
                Value(field.Key, field.Value, declared.Element);
            }
        }
    }

    private static string SimpleType(object value) => value switch
    {
        string => "xsd:string",
        bool => "xsd:boolean",
        sbyte => "xsd:byte",
        short => "xsd:short",
        int => "xsd:int",
        long => "xsd:long",
        float => "xsd:float",
        double => "xsd:double",
        DateTimeOffset or DateTime => "xsd:dateTime",
        byte[] => "xsd:base64Binary",
        _ => throw new InvalidOperationException("The simulator has no XML type for " + value.GetType() + "."),
    };

    private static string SimpleText(object value, string declared)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        switch (value)
        {
            case bool flag:
                return flag ? "true" : "false";
            case DateTimeOffset time:
                return time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", invariant);
            case byte[] bytes:
                return Convert.ToBase64String(bytes);
            case float or double:
                return XmlConvert.ToString(Convert.ToDouble(value, invariant));
            case sbyte or short or int or long:
                // Bytes and shorts are signed on the wire: bus 0xAF is -81 (facts: vim25-gpu.md section 1, Signedness).
                long number = Convert.ToInt64(value, invariant);
                number = declared switch { "xsd:byte" => unchecked((sbyte)number), "xsd:short" => unchecked((short)number), _ => number };
                return number.ToString(invariant);
            case string text:
                return text;
            default:
                throw new InvalidOperationException("The simulator cannot write a " + value.GetType() + ".");
        }
    }

    private static IEnumerable<object> Items(object? result)
    {
        if (result is null)
        {
            yield break;
        }

        if (result is not string and not byte[] and IEnumerable list)
        {
            foreach (object? item in list)
            {
                if (item is not null)
                {
                    yield return item;
                }
            }

            yield break;
        }

        yield return result;
    }

    private static XmlWriterSettings Settings(ConformanceLevel level) => new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        ConformanceLevel = level,
        OmitXmlDeclaration = level == ConformanceLevel.Fragment,
    };

    private static byte[] Envelope(WireVersion version, Action<SoapWriter> body)
    {
        using MemoryStream bytes = new();
        using (XmlWriter xml = XmlWriter.Create(bytes, Settings(ConformanceLevel.Document)))
        using (SoapWriter writer = new(xml, version))
        {
            xml.WriteStartElement("soapenv", "Envelope", Soap);
            xml.WriteAttributeString("xmlns", "soapenc", null, "http://schemas.xmlsoap.org/soap/encoding/");
            xml.WriteAttributeString("xmlns", "xsd", null, Xsd);
            xml.WriteAttributeString("xmlns", "xsi", null, Xsi);
            xml.WriteStartElement("soapenv", "Body", Soap);
            body(writer);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }
}
