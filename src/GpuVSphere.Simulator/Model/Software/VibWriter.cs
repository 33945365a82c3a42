using System;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>Writes the descriptor of a VIB, in the elements that ESXi's own packages have.</summary>
internal static class VibWriter
{
    public const string PayloadName = "nvidia";

    public static XElement Descriptor(SimulatedVib vib, byte[] payload) => new(
        "vib",
        new XAttribute("version", "5.0"),
        new XElement("type", "bootbank"),
        new XElement("name", vib.Name),
        new XElement("version", vib.Version),
        new XElement("vendor", vib.Vendor),
        new XElement("summary", vib.Summary),
        new XElement("description", vib.Summary + "."),
        new XElement("release-date", vib.Released.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture)),
        new XElement("urls"),
        new XElement(
            "relationships",
            new XElement("depends", vib.Depends.Select(Constraint)),
            new XElement("conflicts"),
            new XElement("replaces"),
            new XElement("provides"),
            new XElement("compatibleWith")),
        new XElement("software-tags", new XElement("tag", "driver"), new XElement("tag", "module")),
        new XElement("system-requires", new XElement("maintenance-mode", Flag(vib.NeedsMaintenanceMode))),
        new XElement("file-list", vib.Files.Select(file => new XElement("file", file))),
        new XElement("acceptance-level", vib.AcceptanceLevel),
        new XElement("live-install-allowed", Flag(vib.IsLiveInstallable)),
        new XElement("live-remove-allowed", Flag(vib.IsLiveInstallable)),
        new XElement("cimom-restart", "false"),
        new XElement("stateless-ready", "true"),
        new XElement("overlay", "false"),
        new XElement(
            "payloads",
            new XElement(
                "payload",
                new XAttribute("name", PayloadName),
                new XAttribute("type", "vgz"),
                new XAttribute("size", payload.Length),
                new XElement("checksum", new XAttribute("checksum-type", "sha-256"), Sha256(payload)),
                new XElement("checksum", new XAttribute("checksum-type", "sha-1"), new XAttribute("verify-process", "gunzip"), Sha1(Unpack(payload))))));

    public static string Sha256(byte[] content)
    {
        using SHA256 hash = SHA256.Create();
        return Hex(hash.ComputeHash(content));
    }

    private static XElement Constraint(string text)
    {
        string[] parts = text.Split(' ');
        XElement constraint = new("constraint", new XAttribute("name", parts[0]));
        if (parts.Length == 3)
        {
            constraint.Add(new XAttribute("relation", parts[1]), new XAttribute("version", parts[2]));
        }

        return constraint;
    }

    private static string Flag(bool value) => value ? "true" : "false";

    private static string Sha1(byte[] content)
    {
#pragma warning disable CA5350 // The format asks for it.
        using SHA1 hash = SHA1.Create();
#pragma warning restore CA5350
        return Hex(hash.ComputeHash(content));
    }

    private static byte[] Unpack(byte[] packed)
    {
        using GZipStream stream = new(new MemoryStream(packed), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Hex(byte[] bytes) => BitConverter.ToString(bytes).Replace("-", string.Empty).ToLowerInvariant();
}
