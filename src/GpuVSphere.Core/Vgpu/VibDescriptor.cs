using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Xml;
using System.Xml.Linq;

namespace GpuVSphere.Vgpu;

/// <summary>Reads the descriptor.xml of a VIB; the metadata of a bundle holds the same for each of its VIBs.</summary>
internal static class VibDescriptor
{
    public static XElement Parse(Stream stream)
    {
        // A descriptor needs no document type, and one that refers to files or swells must not be followed.
        XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        try
        {
            using XmlReader reader = XmlReader.Create(stream, settings);
            return XElement.Load(reader);
        }
        catch (XmlException e)
        {
            throw new InvalidDataException("its descriptor is not XML: " + e.Message, e);
        }
    }

    public static PackageVib Read(XElement vib)
    {
        string name = Text(vib, "name");
        string version = Text(vib, "version");
        if (vib.Name.LocalName != "vib" || name.Length == 0 || version.Length == 0)
        {
            throw new InvalidDataException("its descriptor does not describe a VIB");
        }

        XElement? requires = Child(vib, "system-requires");
        long[] sizes = [.. (Child(vib, "payloads")?.Elements() ?? [])
            .Select(payload => long.TryParse((string?)payload.Attribute("size"), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : 0)];
        return new PackageVib
        {
            Name = name,
            Version = version,
            Vendor = Text(vib, "vendor"),
            Summary = Text(vib, "summary"),
            AcceptanceLevel = AcceptanceLevels.Read(Text(vib, "acceptance-level"))?.ToString() ?? string.Empty,
            Depends = [.. (Child(Child(vib, "relationships"), "depends")?.Elements() ?? []).Select(Constraint).Where(text => text.Length > 0)],
            NeedsMaintenanceMode = Flag(Child(requires, "maintenance-mode"), "install"),
            IsLiveInstallable = Flag(Child(vib, "live-install-allowed"), null),
            SizeBytes = sizes.Sum() is > 0 and long size ? size : null,
        };
    }

    /// <summary>The checksums of the payloads as they are stored in the VIB: name to SHA-256, lower-case hexadecimal.</summary>
    public static IReadOnlyDictionary<string, string> StoredChecksums(XElement vib)
    {
        Dictionary<string, string> checksums = new(StringComparer.Ordinal);
        foreach (XElement payload in Child(vib, "payloads")?.Elements() ?? [])
        {
            // One with a verify-process is of the content after unpacking.
            XElement? checksum = payload.Elements().FirstOrDefault(element =>
                element.Name.LocalName == "checksum"
                && string.Equals((string?)element.Attribute("checksum-type"), "sha-256", StringComparison.OrdinalIgnoreCase)
                && string.IsNullOrEmpty((string?)element.Attribute("verify-process")));
            if ((string?)payload.Attribute("name") is { Length: > 0 } name && checksum is not null)
            {
                checksums[name] = checksum.Value.Trim().ToLowerInvariant();
            }
        }

        return checksums;
    }

    private static string Constraint(XElement element)
    {
        string name = (string?)element.Attribute("name") ?? string.Empty;
        string relation = (string?)element.Attribute("relation") ?? string.Empty;
        string version = (string?)element.Attribute("version") ?? string.Empty;
        return string.Join(" ", new[] { name, relation, version }.Where(part => part.Length > 0));
    }

    // Written as text, or with one attribute for installing and one for removing.
    private static bool? Flag(XElement? element, string? attribute)
    {
        string? text = element is null ? null
            : attribute is not null && element.Attribute(attribute) is { } value ? value.Value
            : element.Value;
        return text?.Trim().ToLowerInvariant() switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => null,
        };
    }

    private static string Text(XElement element, string name) => Child(element, name)?.Value.Trim() ?? string.Empty;

    private static XElement? Child(XElement? element, string name) => element?.Elements().FirstOrDefault(child => child.Name.LocalName == name);
}
