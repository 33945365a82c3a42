using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Xml.Linq;
using GpuVSphere.Simulator.Model.Software;

namespace GpuVSphere.Simulator;

/// <summary>
/// Writes packages in the formats that ESXi installs: a VIB is an ar archive of descriptor.xml, sig.pkcs7 and the payload; an offline bundle is a
/// zip file with index.xml, vendor-index.xml, the metadata and the VIBs. The driver in them is none: the payload is filling.
/// </summary>
public static class SimulatedPackage
{
    /// <summary>A VIB.</summary>
    /// <param name="vib">What is in it.</param>
    /// <returns>The content of a <c>.vib</c> file.</returns>
    public static byte[] Vib(SimulatedVib vib)
    {
        byte[] payload = Payload(vib);
        return VibArchive.Write(
        [
            new("descriptor.xml", Text(VibWriter.Descriptor(vib, payload))),
            new("sig.pkcs7", vib.IsSigned ? Encoding.ASCII.GetBytes("simulated signature of " + vib.Name + " " + vib.Version) : []),
            new(VibWriter.PayloadName, payload),
        ]);
    }

    /// <summary>An offline bundle that names no component, as for ESXi 6.x.</summary>
    /// <param name="vibs">What is in it.</param>
    /// <returns>The content of a <c>.zip</c> file.</returns>
    public static byte[] OfflineBundle(params SimulatedVib[] vibs) => Bundle(null, null, null, vibs);

    /// <summary>An offline bundle that is a component, as for ESXi 7.0 and later.</summary>
    /// <param name="name">Such as <c>NVD-VGPU-800</c>.</param>
    /// <param name="version">Such as <c>550.163.02-1OEM.800.1.0.20613240</c>.</param>
    /// <param name="displayName">What people read.</param>
    /// <param name="vibs">What is in it.</param>
    /// <returns>The content of a <c>.zip</c> file.</returns>
    public static byte[] Component(string name, string version, string displayName, params SimulatedVib[] vibs) => Bundle(name, version, displayName, vibs);

    private static byte[] Bundle(string? component, string? version, string? displayName, IReadOnlyList<SimulatedVib> vibs)
    {
        if (vibs.Count == 0)
        {
            throw new ArgumentException("A bundle holds at least one VIB.", nameof(vibs));
        }

        string code = vibs[0].Vendor;
        List<KeyValuePair<string, byte[]>> files =
        [
            new("index.xml", Text(BundleWriter.Index(code))),
            new("vendor-index.xml", Text(BundleWriter.VendorIndex())),
        ];
        List<KeyValuePair<string, byte[]>> metadata = [new("vmware.xml", Text(BundleWriter.Summary(vibs, component, version, displayName)))];
        foreach (SimulatedVib vib in vibs)
        {
            byte[] content = Vib(vib);
            XElement descriptor = VibWriter.Descriptor(vib, Payload(vib));
            string path = "vib20/" + vib.Name + "/" + vib.Vendor + "_bootbank_" + vib.Name + "_" + vib.Version + ".vib";
            files.Add(new(path, content));
            metadata.Add(new("vibs/" + vib.Name + "-" + StableName(vib) + ".xml", Text(BundleWriter.InDepot(descriptor, path, content))));
        }

        metadata.Add(new("bulletins/" + (component ?? vibs[0].Name) + ".xml", Text(BundleWriter.Bulletin(vibs, component, version, displayName))));
        files.Add(new(BundleWriter.MetadataFile, Zip(metadata)));
        return Zip(files);
    }

    private static string StableName(SimulatedVib vib) => Model.StableGuid.From(vib.Name + vib.Version).ToString("N").Substring(0, 12);

    private static byte[] Text(XElement root)
    {
        using MemoryStream bytes = new();
        using (StreamWriter writer = new(bytes, new UTF8Encoding(false)))
        {
            new XDocument(new XDeclaration("1.0", "utf-8", null), root).Save(writer);
        }

        return bytes.ToArray();
    }

    private static byte[] Zip(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (KeyValuePair<string, byte[]> file in files)
            {
                ZipArchiveEntry entry = zip.CreateEntry(file.Key, CompressionLevel.Fastest);
                entry.LastWriteTime = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream content = entry.Open();
                content.Write(file.Value, 0, file.Value.Length);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Filling that is the same for the same VIB: a packed file of numbers that do not shrink.</summary>
    private static byte[] Payload(SimulatedVib vib)
    {
        byte[] seed = Model.StableGuid.From("payload:" + vib.Name + vib.Version).ToByteArray();
        uint state = BitConverter.ToUInt32(seed, 0) | 1;
        byte[] filling = new byte[Math.Max(0, vib.PayloadBytes)];
        for (int i = 0; i < filling.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            filling[i] = (byte)state;
        }

        using MemoryStream bytes = new();
        using (GZipStream packed = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            packed.Write(filling, 0, filling.Length);
        }

        return bytes.ToArray();
    }
}
