using System;
using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace GpuVSphere.Core.Tests.Vgpu;

/// <summary>Makes packages byte for byte as esximage lays them out.</summary>
internal static class PackageFile
{
    public static byte[] Vib(
        string name = "NVIDIA-VMware_ESXi_6.7_Host_Driver",
        string version = "390.42-1OEM.670.0.0.7535516",
        string acceptance = "accepted",
        string? depends = "<constraint name=\"esx-version\" relation=\"&gt;=\" version=\"6.7.0\"/>",
        string maintenance = "<maintenance-mode>true</maintenance-mode>",
        byte[]? payload = null,
        string? checksum = null)
    {
        byte[] content = payload ?? Encoding.ASCII.GetBytes("payload of " + name + "!");
        byte[] descriptor = Encoding.UTF8.GetBytes(Descriptor(name, version, acceptance, depends, maintenance, content, checksum));
        using MemoryStream stream = new();
        stream.Write(Encoding.ASCII.GetBytes("!<arch>\n"));
        Member(stream, "descriptor.xml", descriptor);
        Member(stream, "sig.pkcs7", []);
        Member(stream, "nvidia", content);
        return stream.ToArray();
    }

    public static string Descriptor(
        string name, string version, string acceptance = "accepted", string? depends = null, string maintenance = "<maintenance-mode install=\"true\" remove=\"true\"/>", byte[]? payload = null, string? checksum = null)
    {
        byte[] content = payload ?? [];
        string hash = checksum ?? Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant();
        return $"<vib version=\"5.0\"><type>bootbank</type><name>{name}</name><version>{version}</version><vendor>NVIDIA</vendor><summary>NVIDIA driver</summary><description/>"
            + "<release-date>2018-03-26T00:00:00.000000+00:00</release-date><urls/>"
            + $"<relationships><depends>{depends}</depends><conflicts/><replaces/><provides/><compatibleWith/></relationships>"
            + $"<software-tags/><system-requires>{maintenance}</system-requires><file-list/><acceptance-level>{acceptance}</acceptance-level>"
            + "<live-install-allowed>false</live-install-allowed><live-remove-allowed>false</live-remove-allowed><cimom-restart>false</cimom-restart><stateless-ready>true</stateless-ready><overlay>false</overlay>"
            + $"<payloads><payload name=\"nvidia\" type=\"vgz\" size=\"{content.Length}\"><checksum checksum-type=\"sha-256\">{hash}</checksum>"
            + "<checksum checksum-type=\"sha-1\" verify-process=\"gunzip\">00</checksum></payload></payloads></vib>";
    }

    public static byte[] Bundle(string vibName, string version, string? component = null, byte[]? vib = null)
    {
        byte[] content = vib ?? Vib(vibName, version);
        string bulletin = component is null ? string.Empty
            : $"<bulletin><id>{component}_{version}</id><componentNameSpec name=\"{component}\" uiString=\"NVIDIA driver\"/><componentVersionSpec version=\"{version}\" uiString=\"{version.Split('-')[0]}\"/></bulletin>";
        byte[] metadata = Zip(
            ("vmware.xml", Encoding.UTF8.GetBytes($"<metadataResponse><version>3.0</version>{bulletin}</metadataResponse>")),
            ($"vibs/{vibName}.xml", Encoding.UTF8.GetBytes(Descriptor(vibName, version))));
        return Zip(
            ("index.xml", Encoding.UTF8.GetBytes("<vendorList><vendor><name>NVIDIA</name><code>NVD</code><indexfile>vendor-index.xml</indexfile></vendor></vendorList>")),
            ("vendor-index.xml", Encoding.UTF8.GetBytes("<metaList><metadata><productId>embeddedEsx</productId><version>7.0.*</version><url>NVD-metadata.zip</url></metadata></metaList>")),
            ("NVD-metadata.zip", metadata),
            ($"vib20/{vibName}/{vibName}_{version}.vib", content));
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static void Member(MemoryStream stream, string name, byte[] content)
    {
        string header = name.PadRight(16) + "0".PadRight(12) + "0".PadRight(6) + "0".PadRight(6) + "100644".PadRight(8) + content.Length.ToString(System.Globalization.CultureInfo.InvariantCulture).PadRight(10) + "`\n";
        stream.Write(Encoding.ASCII.GetBytes(header));
        stream.Write(content);
        if (content.Length % 2 == 1)
        {
            stream.WriteByte((byte)'\n');
        }
    }
}
