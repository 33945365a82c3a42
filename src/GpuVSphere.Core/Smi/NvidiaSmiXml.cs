using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml;
using System.Xml.Linq;

namespace GpuVSphere.Smi;

/// <summary>
/// The XML form, <c>nvidia-smi -q -x</c>. Its document type (nvsmi_device_v11, v12, v13) is named and never fetched; elements that a version
/// lacks or adds do not matter.
/// </summary>
internal static class NvidiaSmiXml
{
    // A report of sixteen GPUs is half a megabyte.
    private const int Longest = 64_000_000;

    public static NvidiaSmiReport Read(string text)
    {
        // Something may stand before the report, as a warning of the driver does.
        string report = text.Substring(Math.Max(0, text.IndexOf('<')));
        XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, MaxCharactersInDocument = Longest };
        XElement root;
        try
        {
            // A comment of whoever kept the file may stand before the declaration, where XML allows none.
            int declaration = report.IndexOf("<?xml", StringComparison.Ordinal);
            using XmlReader reader = XmlReader.Create(new StringReader(declaration > 0 ? report.Substring(declaration) : report), settings);
            root = XElement.Load(reader);
        }
        catch (XmlException error)
        {
            throw NvidiaSmiText.NotUnderstood(text, error.Message, error);
        }

        string? driver = Value(root, "driver_version");
        return new NvidiaSmiReport
        {
            Text = text,
            Timestamp = Value(root, "timestamp"),
            DriverVersion = driver,
            CudaVersion = Value(root, "cuda_version"),
            Gpus = [.. root.Elements("gpu").Select((gpu, index) => Fields(gpu).ToGpu(index, (string?)gpu.Attribute("id"), driver))],
        };
    }

    private static string? Value(XElement root, string name) => (string?)root.Element(name) is { } value && !SmiFields.IsNothing(value.Trim()) ? value.Trim() : null;

    private static SmiFields Fields(XElement gpu)
    {
        SmiFields fields = new();
        Collect(gpu, string.Empty, fields);
        return fields;
    }

    private static void Collect(XElement element, string path, SmiFields fields)
    {
        foreach (XElement child in element.Elements())
        {
            string name = path + child.Name.LocalName;
            if (child.HasElements)
            {
                Collect(child, name + "/", fields);
            }
            else
            {
                fields.Set(name, child.Value);
            }
        }
    }
}
