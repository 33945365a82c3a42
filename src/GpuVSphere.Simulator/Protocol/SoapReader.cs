using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Xml;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Reads a SOAP 1.1 envelope into a tree, without a schema: xsi:type is kept where the client sent it.</summary>
internal static class SoapReader
{
    private const string Xsi = "http://www.w3.org/2001/XMLSchema-instance";
    private const string Soap = "http://schemas.xmlsoap.org/soap/envelope/";

    /// <exception cref="SimulatedFault">The bytes are no SOAP request.</exception>
    public static SoapRequest Read(byte[] body)
    {
        XmlDocument document = new() { XmlResolver = null, PreserveWhitespace = true };
        try
        {
            using XmlReader reader = XmlReader.Create(new MemoryStream(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            document.Load(reader);
        }
        catch (XmlException e)
        {
            throw Malformed("The request is not well-formed XML: " + e.Message);
        }

        XmlElement envelope = document.DocumentElement!;
        if (envelope.LocalName != "Envelope" || envelope.NamespaceURI != Soap)
        {
            throw Malformed("The request has no SOAP 1.1 envelope.");
        }

        string? operationId = null;
        foreach (XmlElement header in Elements(Child(envelope, "Header")))
        {
            if (header.LocalName == "operationID")
            {
                operationId = header.InnerText;
            }
        }

        XmlElement? call = null;
        foreach (XmlElement element in Elements(Child(envelope, "Body") ?? throw Malformed("The envelope has no body.")))
        {
            call ??= element;
        }

        if (call is null || call.NamespaceURI != "urn:vim25")
        {
            throw Malformed("The body holds no call in the namespace urn:vim25.");
        }

        DataObject arguments = (DataObject)ReadChildren(call, string.Empty);
        if (arguments["_this"] is not MoRef self)
        {
            throw Malformed("The call says in no _this which object it is for.");
        }

        return new SoapRequest(call.LocalName, self, arguments, operationId);
    }

    private static SimulatedFault Malformed(string message) =>
        new("InvalidRequest", message, "types-core.txt: InvalidRequest is a request that fails in the transport layer");

    private static XmlElement? Child(XmlElement parent, string name)
    {
        foreach (XmlElement element in Elements(parent))
        {
            if (element.LocalName == name && element.NamespaceURI == Soap)
            {
                return element;
            }
        }

        return null;
    }

    private static IEnumerable<XmlElement> Elements(XmlNode? parent)
    {
        for (XmlNode? node = parent?.FirstChild; node is not null; node = node.NextSibling)
        {
            if (node is XmlElement element)
            {
                yield return element;
            }
        }
    }

    private static object ReadValue(XmlElement element)
    {
        string type = element.GetAttribute("type", Xsi);
        int colon = type.IndexOf(':');
        string prefix = colon < 0 ? string.Empty : type.Substring(0, colon);
        string local = type.Substring(colon + 1);
        bool isSchemaType = colon >= 0 && element.GetNamespaceOfPrefix(prefix) == "http://www.w3.org/2001/XMLSchema";
        if (isSchemaType)
        {
            return ReadSimple(local, element.InnerText);
        }

        bool hasChildren = false;
        foreach (XmlElement _ in Elements(element))
        {
            hasChildren = true;
            break;
        }

        if (!hasChildren && (local == "ManagedObjectReference" || (local.Length == 0 && element.HasAttribute("type"))))
        {
            return new MoRef(element.GetAttribute("type"), element.InnerText.Trim());
        }

        if (hasChildren && local.StartsWith("ArrayOf", StringComparison.Ordinal))
        {
            List<object> items = [];
            foreach (XmlElement item in Elements(element))
            {
                items.Add(ReadValue(item));
            }

            return items;
        }

        // Text without children is a text, also with the xsi:type of an enumeration.
        return hasChildren || (local.Length > 0 && string.IsNullOrWhiteSpace(element.InnerText)) ? ReadChildren(element, local) : element.InnerText;
    }

    private static object ReadChildren(XmlElement element, string type)
    {
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        List<string> order = [];
        foreach (XmlElement child in Elements(element))
        {
            object value = ReadValue(child);
            if (!values.TryGetValue(child.LocalName, out object? before))
            {
                order.Add(child.LocalName);
                values.Add(child.LocalName, value);
            }
            else if (before is List<object> list)
            {
                list.Add(value);
            }
            else
            {
                values[child.LocalName] = new List<object> { before, value };
            }
        }

        DataObject data = new(type);
        foreach (string name in order)
        {
            data.With(name, values[name]);
        }

        return data;
    }

    private static object ReadSimple(string type, string text)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        try
        {
            return type switch
            {
                "boolean" => XmlConvert.ToBoolean(text.Trim()),
                "byte" => sbyte.Parse(text, invariant),
                "short" => short.Parse(text, invariant),
                "int" => int.Parse(text, invariant),
                "long" => long.Parse(text, invariant),
                "float" or "double" => XmlConvert.ToDouble(text.Trim()),
                "dateTime" => XmlConvert.ToDateTimeOffset(text.Trim()),
                "base64Binary" => Convert.FromBase64String(text),
                _ => text,
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw Malformed("'" + text + "' is no xsd:" + type + ".");
        }
    }
}
