using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>Reads VIB files and descriptors as the host's installer does.</summary>
internal static class VibReader
{
    /// <summary>Reads a VIB and checks its payloads against its descriptor.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static VibPackage Read(byte[] content)
    {
        IReadOnlyDictionary<string, byte[]> members = VibArchive.Read(content);
        if (!members.TryGetValue("descriptor.xml", out byte[]? descriptor) || !members.TryGetValue("sig.pkcs7", out byte[]? signature))
        {
            throw new InvalidDataException("VIB is missing its descriptor or signature");
        }

        XElement root = Xml(descriptor);
        foreach (XElement payload in root.Elements("payloads").Elements("payload"))
        {
            string name = (string?)payload.Attribute("name") ?? string.Empty;
            string? expected = payload.Elements("checksum").FirstOrDefault(sum => (string?)sum.Attribute("checksum-type") == "sha-256" && sum.Attribute("verify-process") is null)?.Value;
            if (!members.TryGetValue(name, out byte[]? stored))
            {
                throw new InvalidDataException("payload '" + name + "' is missing");
            }

            if (expected is not null && expected != VibWriter.Sha256(stored))
            {
                throw new InvalidDataException("payload '" + name + "' does not match its checksum");
            }
        }

        return Describe(root) with { IsSigned = signature.Length > 0 };
    }

    /// <exception cref="InvalidDataException">The descriptor is none.</exception>
    public static VibPackage Describe(XElement root)
    {
        if (root.Name.LocalName != "vib" || Text(root, "name").Length == 0 || Text(root, "version").Length == 0)
        {
            throw new InvalidDataException("the descriptor names no VIB");
        }

        XElement? relations = root.Element("relationships");
        return new VibPackage
        {
            Name = Text(root, "name"),
            Version = Text(root, "version"),
            Vendor = Text(root, "vendor"),
            Summary = Text(root, "summary"),
            Description = Text(root, "description"),
            Acceptance = Text(root, "acceptance-level"),
            Released = DateTimeOffset.TryParse(Text(root, "release-date"), CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset released) ? released : null,
            Depends = Constraints(relations, "depends"),
            Conflicts = Constraints(relations, "conflicts"),
            Replaces = Constraints(relations, "replaces"),
            Provides = Constraints(relations, "provides"),
            Files = root.Elements("file-list").Elements("file").Select(file => file.Value).ToList(),
            Tags = root.Elements("software-tags").Elements("tag").Select(tag => tag.Value).ToList(),
            NeedsMaintenanceMode = Text(root.Element("system-requires"), "maintenance-mode") == "true",
            IsLiveInstallable = Text(root, "live-install-allowed") == "true",
            IsLiveRemovable = Text(root, "live-remove-allowed") == "true",
            IsOverlay = Text(root, "overlay") == "true",
            Payloads = root.Elements("payloads").Elements("payload").Select(payload => (string?)payload.Attribute("name") ?? string.Empty).ToList(),
            SizeBytes = root.Elements("payloads").Elements("payload").Sum(payload => (long?)payload.Attribute("size") ?? 0),
        };
    }

    /// <exception cref="InvalidDataException">It is no XML.</exception>
    public static XElement Xml(byte[] content)
    {
        try
        {
            using XmlReader reader = XmlReader.Create(new StreamReader(new MemoryStream(content), Encoding.UTF8), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XElement.Load(reader);
        }
        catch (XmlException e)
        {
            throw new InvalidDataException("the XML is not well-formed: " + e.Message, e);
        }
    }

    private static string Text(XElement? parent, string name) => parent?.Element(name)?.Value.Trim() ?? string.Empty;

    private static List<VibConstraint> Constraints(XElement? relations, string kind) => (relations?.Elements(kind).Elements("constraint") ?? [])
        .Select(element => new VibConstraint((string?)element.Attribute("name") ?? string.Empty, (string?)element.Attribute("relation") ?? string.Empty, (string?)element.Attribute("version") ?? string.Empty))
        .ToList();
}
