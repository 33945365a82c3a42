using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Xml.Linq;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>Reads an offline bundle as the host's installer does: index.xml, the vendor's index, the metadata, and then the VIBs themselves.</summary>
internal static class DepotReader
{
    /// <exception cref="InvalidDataException">It is no zip file, or something in it is missing or damaged.</exception>
    public static IReadOnlyList<VibPackage> Read(byte[] content)
    {
        using ZipArchive zip = Open(content);
        XElement index = VibReader.Xml(Entry(zip, "index.xml"));
        List<VibPackage> vibs = [];
        foreach (string vendorIndex in index.Descendants("indexfile").Select(file => file.Value.Trim()))
        {
            foreach (string url in VibReader.Xml(Entry(zip, vendorIndex)).Descendants("metadata").Elements("url").Select(file => file.Value.Trim()))
            {
                using ZipArchive metadata = Open(Entry(zip, url));
                IReadOnlyDictionary<string, SoftwareComponent> components = Components(metadata);
                foreach (ZipArchiveEntry listed in metadata.Entries.Where(entry => entry.FullName.StartsWith("vibs/", StringComparison.Ordinal)))
                {
                    XElement descriptor = VibReader.Xml(Content(listed));
                    string path = descriptor.Element("relative-path")?.Value ?? throw new InvalidDataException("a VIB has no path in the depot");
                    byte[] file = Entry(zip, path);
                    if (descriptor.Element("checksum")?.Element("checksum")?.Value is { } expected && expected != VibWriter.Sha256(file))
                    {
                        throw new InvalidDataException(path + " does not match its checksum");
                    }

                    VibPackage vib = VibReader.Read(file);
                    vibs.Add(vib with { Component = components.TryGetValue(vib.Id, out SoftwareComponent? component) ? component : null });
                }
            }
        }

        return vibs.Count > 0 ? vibs : throw new InvalidDataException("the depot holds no VIB");
    }

    private static Dictionary<string, SoftwareComponent> Components(ZipArchive metadata)
    {
        Dictionary<string, SoftwareComponent> components = new(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in metadata.Entries.Where(entry => entry.FullName.StartsWith("bulletins/", StringComparison.Ordinal)))
        {
            XElement bulletin = VibReader.Xml(Content(entry));
            if (bulletin.Element("componentNameSpec") is { } name && bulletin.Element("componentVersionSpec") is { } version)
            {
                SoftwareComponent component = new(
                    (string?)name.Attribute("name") ?? string.Empty,
                    (string?)version.Attribute("version") ?? string.Empty,
                    (string?)name.Attribute("uiString") ?? string.Empty,
                    (string?)version.Attribute("uiString") ?? string.Empty,
                    bulletin.Element("vendor")?.Value ?? string.Empty);
                foreach (XElement id in bulletin.Elements("vibList").Elements("vibID"))
                {
                    components[id.Value.Trim()] = component;
                }
            }
        }

        return components;
    }

    private static ZipArchive Open(byte[] content)
    {
        MemoryStream stream = new(content, writable: false);
        try
        {
            return new ZipArchive(stream, ZipArchiveMode.Read);
        }
        catch (InvalidDataException)
        {
            stream.Dispose();
            throw new InvalidDataException("File is not a zip file");
        }
    }

    private static byte[] Entry(ZipArchive zip, string name) => Content(zip.GetEntry(name) ?? throw new InvalidDataException("There is no item named '" + name + "' in the archive"));

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
