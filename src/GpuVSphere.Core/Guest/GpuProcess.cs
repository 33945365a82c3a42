using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Xml;
using System.Xml.Linq;

namespace GpuVSphere.Guest;

/// <summary>A program that uses a GPU of a guest.</summary>
/// <param name="Id">Its process id in the guest.</param>
/// <param name="Name">Its name or path, as nvidia-smi tells it.</param>
/// <param name="Type">C when it computes, G when it draws, C+G when it does both; empty when that is not told.</param>
public sealed record GpuProcess(int Id, string Name, string Type)
{
    /// <summary>Name and id, for messages.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} ({Id})");

    /// <summary>Reads the processes in the XML report of nvidia-smi; a program that uses several GPUs is one.</summary>
    /// <param name="report">What <c>nvidia-smi -q -x</c> wrote.</param>
    /// <returns>By id; empty also when the report is none.</returns>
    internal static IReadOnlyList<GpuProcess> Read(string report)
    {
        int begin = report.IndexOf("<nvidia_smi_log", StringComparison.Ordinal);
        if (begin < 0)
        {
            return [];
        }

        XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        try
        {
            using XmlReader reader = XmlReader.Create(new StringReader(report.Substring(begin)), settings);
            return
            [
                .. XElement.Load(reader).Descendants("process_info")
                    .Select(process => (Id: Text(process, "pid"), Name: Text(process, "process_name"), Type: Text(process, "type")))
                    .Where(process => int.TryParse(process.Id, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    .Select(process => new GpuProcess(int.Parse(process.Id, CultureInfo.InvariantCulture), process.Name, process.Type))
                    .GroupBy(process => process.Id)
                    .Select(same => same.First())
                    .OrderBy(process => process.Id),
            ];
        }
        catch (XmlException)
        {
            // The report itself is read elsewhere, which says so.
            return [];
        }
    }

    private static string Text(XElement process, string name) => ((string?)process.Element(name) ?? string.Empty).Trim();
}
