using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

namespace GpuVSphere.Catalog;

/// <summary>The files of a catalogue, from a folder or a ZIP archive. Other files beside them are let pass.</summary>
internal sealed class CatalogBundle
{
    // The whole catalogue has a fifth of a megabyte; what is a hundred times that is something else.
    internal const int MostBytes = 20 * 1024 * 1024;

    private readonly IReadOnlyDictionary<string, byte[]> _files;

    private CatalogBundle(IReadOnlyDictionary<string, byte[]> files) => _files = files;

    /// <summary>Reads a folder or a ZIP file.</summary>
    /// <exception cref="GpuVSphereException">CatalogNotFound, InvalidGpuCatalog.</exception>
    public static CatalogBundle FromPath(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return new CatalogBundle(KnownCatalog.Files.Where(name => File.Exists(Path.Combine(path, name))).ToDictionary(name => name, name =>
                {
                    using FileStream file = File.OpenRead(Path.Combine(path, name));
                    return ReadAll(file, name);
                }));
            }

            if (!File.Exists(path))
            {
                throw new GpuVSphereException("CatalogNotFound", GpuErrorCategory.ObjectNotFound, $"There is no file or folder {path}.", path, "Give a folder with the CSV files of a catalogue, or a ZIP file of it.");
            }

            using FileStream zip = File.OpenRead(path);
            return FromZip(ReadAll(zip, path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("CatalogNotReadable", GpuErrorCategory.InvalidData, $"{path} cannot be read: {error.Message}", path, "Check that it may be read.", error);
        }
    }

    /// <summary>Reads a ZIP archive.</summary>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog.</exception>
    public static CatalogBundle FromZip(byte[] zip)
    {
        Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
        try
        {
            using ZipArchive archive = new(new MemoryStream(zip), ZipArchiveMode.Read);
            foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => KnownCatalog.Files.Contains(entry.Name)))
            {
                if (files.ContainsKey(entry.Name))
                {
                    throw Refused($"{entry.Name} is in it twice");
                }

                using Stream content = entry.Open();
                files.Add(entry.Name, ReadAll(content, entry.Name));
            }
        }
        catch (InvalidDataException error)
        {
            throw Refused("it is no ZIP archive: " + error.Message, error);
        }

        return new CatalogBundle(files);
    }

    /// <summary>Reads the catalogue out of it, and checks it.</summary>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog, CatalogTooNew.</exception>
    public KnownCatalog Read()
    {
        string[] missing = [.. KnownCatalog.Files.Where(name => !_files.ContainsKey(name))];
        return missing.Length > 0
            ? throw Refused($"it has no {string.Join(", ", missing)}")
            : KnownCatalog.Read(name => new StreamReader(new MemoryStream(_files[name]), new UTF8Encoding(false, throwOnInvalidBytes: true)));
    }

    /// <summary>An archive of its files alone.</summary>
    public byte[] ToZip()
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in KnownCatalog.Files)
            {
                // A fixed time: the same files are the same archive.
                ZipArchiveEntry entry = archive.CreateEntry(name);
                entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream content = entry.Open();
                content.Write(_files[name], 0, _files[name].Length);
            }
        }

        return stream.ToArray();
    }

    internal static string Hash(byte[] bytes)
    {
        using SHA256 sha = SHA256.Create();
        return string.Concat(sha.ComputeHash(bytes).Select(one => one.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }

    internal static byte[] ReadAll(Stream stream, string name)
    {
        using MemoryStream copy = new();
        byte[] buffer = new byte[81920];
        for (int read = stream.Read(buffer, 0, buffer.Length); read > 0; read = stream.Read(buffer, 0, buffer.Length))
        {
            copy.Write(buffer, 0, read);
            if (copy.Length > MostBytes)
            {
                throw Refused($"{Path.GetFileName(name)} is larger than {MostBytes / 1024 / 1024} MB");
            }
        }

        return copy.ToArray();
    }

    private static GpuVSphereException Refused(string why, Exception? inner = null) => new(
        "InvalidGpuCatalog", GpuErrorCategory.InvalidData, $"The catalogue cannot be used: {why}.", nextStep: "Give the folder with its CSV files, or a ZIP file of it. The catalogue in use is unchanged.", inner: inner);
}
