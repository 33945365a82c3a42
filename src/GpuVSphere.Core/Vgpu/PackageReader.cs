using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Reads what is in a package for ESXi: a VIB (an ar archive with a descriptor), an offline bundle or a component (a zip file with metadata).</summary>
internal static class PackageReader
{
    private const int BufferSize = 128 * 1024;

    // Metadata has some hundred kB; a bundle that unpacks to more is not one.
    private const long LargestMetadata = 64L * 1024 * 1024;

    /// <summary>Reads a file of this machine.</summary>
    /// <exception cref="GpuVSphereException">PackageNotFound, PackageUnreadable, PackageDamaged, PackageNotInstallable.</exception>
    public static NvidiaPackage ReadFile(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
            return Read(stream, path, stream.Length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NvidiaPackages.NotFound(path, e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new GpuVSphereException("PackageUnreadable", GpuErrorCategory.PermissionDenied, $"{path} cannot be read: {e.Message}", path, "Give a file that this account may read.", e);
        }
    }

    /// <summary>Reads a file of a datastore. Of a VIB only the beginning is fetched; a zip file has its index at the end, so it is fetched whole.</summary>
    /// <exception cref="GpuVSphereException">DatastoreFileNotFound, DatastoreFileRefused, PackageDamaged, PackageNotInstallable.</exception>
    public static async Task<NvidiaPackage> ReadDatastoreFileAsync(VimSession session, string datacenterPath, DatastorePath path, CancellationToken cancellationToken)
    {
        using Stream remote = await session.OpenReadAsync(datacenterPath, path, cancellationToken).ConfigureAwait(false);
        if (path.Path.EndsWith(".vib", StringComparison.OrdinalIgnoreCase))
        {
            return ReadVib(remote, path.ToString(), null);
        }

        using FileStream copy = new(
            Path.Combine(Path.GetTempPath(), "gpuvsphere-" + Guid.NewGuid().ToString("N") + ".tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize, FileOptions.DeleteOnClose);
        await remote.CopyToAsync(copy, BufferSize, cancellationToken).ConfigureAwait(false);
        copy.Position = 0;
        return Read(copy, path.ToString(), copy.Length);
    }

    /// <summary>Reads a package from a stream that can be positioned.</summary>
    internal static NvidiaPackage Read(Stream stream, string source, long length)
    {
        byte[] start = new byte[8];
        int read = ArArchive.Fill(stream, start);
        stream.Position = 0;
        if (read >= 4 && start[0] == 'P' && start[1] == 'K')
        {
            return ReadBundle(stream, source, length);
        }

        if (ArArchive.IsStart(start))
        {
            return ReadVib(stream, source, length);
        }

        throw Damaged(source, length == 0 ? "it is empty" : "it is neither a VIB nor a zip file");
    }

    /// <summary>Reads a VIB. With its length all of it is read and held against its checksums; without, only the descriptor at its beginning.</summary>
    internal static NvidiaPackage ReadVib(Stream stream, string source, long? length)
    {
        XElement? descriptor = null;
        Dictionary<string, string> stored = new(StringComparer.Ordinal);
        try
        {
            ArArchive.Walk(stream, (name, size, content) =>
            {
                if (name == "descriptor.xml")
                {
                    descriptor = VibDescriptor.Parse(new MemoryStream(ArArchive.ReadSmall(content, size)));
                    return length is not null;
                }

                if (descriptor is not null)
                {
                    using SHA256 hash = SHA256.Create();
                    stored[name] = Hex(hash.ComputeHash(content));
                }

                return true;
            });
            if (descriptor is null)
            {
                throw new InvalidDataException("it has no descriptor");
            }

            if (length is not null)
            {
                Check(VibDescriptor.StoredChecksums(descriptor), stored);
            }

            return new NvidiaPackage { Source = source, Kind = PackageKind.Vib, Vibs = [VibDescriptor.Read(descriptor)], SizeBytes = length };
        }
        catch (InvalidDataException e)
        {
            throw Damaged(source, e.Message, e);
        }
    }

    private static NvidiaPackage ReadBundle(Stream stream, string source, long length)
    {
        try
        {
            using ZipArchive zip = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            if (!zip.Entries.Any(entry => string.Equals(entry.FullName, "index.xml", StringComparison.OrdinalIgnoreCase)))
            {
                throw NotInstallable(source, zip);
            }

            List<PackageVib> vibs = [];
            string? componentName = null, componentVersion = null;
            ZipArchiveEntry[] metadata = [.. MetadataOf(zip)];
            if (metadata.Length == 0)
            {
                throw new InvalidDataException("its index names no metadata");
            }

            foreach (ZipArchiveEntry entry in metadata)
            {
                using ZipArchive inner = new(new MemoryStream(Unpack(entry)), ZipArchiveMode.Read);
                foreach (ZipArchiveEntry description in inner.Entries.Where(description => description.FullName.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)))
                {
                    XElement root = VibDescriptor.Parse(new MemoryStream(Unpack(description)));
                    if (root.Name.LocalName == "vib" && root.Elements().Any(child => child.Name.LocalName == "version"))
                    {
                        PackageVib vib = VibDescriptor.Read(root);
                        if (vibs.All(known => known.NameAndVersion != vib.NameAndVersion))
                        {
                            vibs.Add(vib);
                        }

                        continue;
                    }

                    XElement? name = Find(root, "componentNameSpec");
                    XElement? version = Find(root, "componentVersionSpec");
                    componentName ??= (string?)name?.Attribute("name");
                    componentVersion ??= (string?)version?.Attribute("version");
                }
            }

            if (vibs.Count == 0)
            {
                throw new InvalidDataException("its metadata describes no VIB");
            }

            foreach (ZipArchiveEntry file in zip.Entries.Where(file => file.FullName.EndsWith(".vib", StringComparison.OrdinalIgnoreCase)))
            {
                // Reading it to its end compares it with the zip file's own checksum where the runtime does that, and with its length everywhere.
                using Stream content = file.Open();
                ReadVib(content, file.FullName, file.Length);
            }

            return new NvidiaPackage
            {
                Source = source,
                Kind = componentName is null ? PackageKind.OfflineBundle : PackageKind.Component,
                Vibs = vibs,
                ComponentName = componentName,
                ComponentVersion = componentVersion,
                SizeBytes = length,
            };
        }
        catch (InvalidDataException e)
        {
            throw Damaged(source, e.Message, e);
        }
        catch (GpuVSphereException e) when (e.Id == "PackageDamaged" && e.Target != source)
        {
            throw Damaged(source, $"{e.Target} in it is damaged", e);
        }
    }

    /// <summary>The metadata that the index leads to; one beside an index that leads nowhere counts as well.</summary>
    private static IEnumerable<ZipArchiveEntry> MetadataOf(ZipArchive zip)
    {
        HashSet<string> named = new(StringComparer.OrdinalIgnoreCase);
        foreach (ZipArchiveEntry entry in zip.Entries.Where(entry => entry.FullName.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)))
        {
            XElement root = VibDescriptor.Parse(new MemoryStream(Unpack(entry)));
            foreach (XElement url in root.Descendants().Where(element => element.Name.LocalName == "url"))
            {
                named.Add(url.Value.Trim());
            }
        }

        ZipArchiveEntry[] found = [.. zip.Entries.Where(entry => named.Contains(entry.FullName) && entry.FullName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))];
        return found.Length > 0 ? found : zip.Entries.Where(entry => entry.FullName.EndsWith("metadata.zip", StringComparison.OrdinalIgnoreCase));
    }

    private static byte[] Unpack(ZipArchiveEntry entry)
    {
        if (entry.Length > LargestMetadata)
        {
            throw new InvalidDataException($"{entry.FullName} in it is larger than metadata is");
        }

        using Stream content = entry.Open();
        byte[] bytes = new byte[entry.Length];
        return ArArchive.Fill(content, bytes) == bytes.Length ? bytes : throw new InvalidDataException($"{entry.FullName} in it ends too early");
    }

    private static XElement? Find(XElement root, string name) => root.DescendantsAndSelf().FirstOrDefault(element => element.Name.LocalName == name);

    private static void Check(IReadOnlyDictionary<string, string> expected, Dictionary<string, string> stored)
    {
        foreach (KeyValuePair<string, string> payload in expected)
        {
            // The header of a file holds 16 characters of its name.
            string name = payload.Key.Length > 16 ? payload.Key.Substring(0, 16) : payload.Key;
            if (!stored.TryGetValue(name, out string? found))
            {
                throw new InvalidDataException($"its payload {payload.Key} is missing");
            }

            if (found != payload.Value)
            {
                throw new InvalidDataException($"its payload {payload.Key} is not as its descriptor says");
            }
        }
    }

    private static string Hex(byte[] bytes)
    {
        StringBuilder text = new(bytes.Length * 2);
        foreach (byte value in bytes)
        {
            text.Append(value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static GpuVSphereException NotInstallable(string source, ZipArchive zip)
    {
        string[] inside = [.. zip.Entries
            .Select(entry => entry.FullName)
            .Where(name => name.EndsWith(".vib", StringComparison.OrdinalIgnoreCase) || (name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) && name.IndexOf("guest", StringComparison.OrdinalIgnoreCase) < 0))
            .Take(4)];
        return new GpuVSphereException(
            "PackageNotInstallable",
            GpuErrorCategory.InvalidArgument,
            $"{source} is a zip file without index.xml, so a host cannot install from it.",
            source,
            inside.Length > 0 ? $"It looks like NVIDIA's whole download: unpack it and give {string.Join(" or ", inside)}." : "Give the VIB, the offline bundle or the component from NVIDIA's download.");
    }

    private static GpuVSphereException Damaged(string source, string why, Exception? inner = null) => new(
        "PackageDamaged",
        GpuErrorCategory.InvalidData,
        $"{source} cannot be used: {why}.",
        source,
        "Download or copy it again, and compare its checksum with NVIDIA's.",
        inner);
}
