using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Xml.Linq;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>Writes the descriptions in an offline bundle: which vendor's, where the metadata is, which VIBs and which component.</summary>
internal static class BundleWriter
{
    public const string MetadataFile = "metadata.zip";

    public static XElement Index(string code) => new(
        "vendorList",
        new XElement(
            "vendor",
            new XElement("name", code),
            new XElement("code", code),
            new XElement("indexfile", "vendor-index.xml"),
            new XElement("patchUrl"),
            new XElement("relativePath"),
            new XElement("content", new XElement("name", "VMware ESX"), new XElement("type", "http://www.vmware.com/depotmanagement/esx"))));

    public static XElement VendorIndex() => new(
        "metaList",
        new XElement(
            "metadata",
            new XElement("productId", "embeddedEsx"),
            new XElement("version", "7.0.0"),
            new XElement("locale", "INTL"),
            new XElement("url", MetadataFile)));

    /// <summary>The descriptor as a depot lists it: with where the VIB lies.</summary>
    public static XElement InDepot(XElement descriptor, string path, byte[] content)
    {
        XElement listed = new(descriptor);
        listed.Add(
            new XElement("relative-path", path),
            new XElement("packed-size", content.Length.ToString(CultureInfo.InvariantCulture)),
            new XElement("checksum", new XElement("checksum-type", "sha-256"), new XElement("checksum", VibWriter.Sha256(content))));
        return listed;
    }

    public static XElement Summary(IReadOnlyList<SimulatedVib> vibs, string? component, string? version, string? displayName) =>
        new("metadataResponse", new XElement("version", "3.0"), new XElement("timestamp", Time(vibs[0])), Bulletin(vibs, component, version, displayName));

    public static XElement Bulletin(IReadOnlyList<SimulatedVib> vibs, string? component, string? version, string? displayName)
    {
        XElement bulletin = new(
            "bulletin",
            new XElement("kind", "extension"),
            new XElement("releaseType", "bulletin"),
            new XElement("id", component is null ? vibs[0].Name + "-" + vibs[0].Version : component + "_" + version),
            new XElement("vendor", vibs[0].Vendor),
            new XElement("summary", displayName ?? vibs[0].Summary),
            new XElement("severity", "general"),
            new XElement("urgency", "important"),
            new XElement("category", "Enhancement"),
            new XElement("releaseDate", Time(vibs[0])),
            new XElement("platforms", new XElement("softwarePlatform", new XAttribute("locale", string.Empty), new XAttribute("productLineID", "embeddedEsx"))),
            new XElement("vibList", vibs.Select(vib => new XElement("vibID", vib.Vendor + "_bootbank_" + vib.Name + "_" + vib.Version))));
        if (component is not null)
        {
            bulletin.Add(
                new XElement("componentNameSpec", new XAttribute("name", component), new XAttribute("uiString", displayName ?? component)),
                new XElement("componentVersionSpec", new XAttribute("version", version), new XAttribute("uiString", version!.Split('-')[0])));
        }

        return bulletin;
    }

    private static string Time(SimulatedVib vib) => vib.Released.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
