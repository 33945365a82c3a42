using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace GpuVSphere.Vgpu;

/// <summary>Reads an ar archive, which is what a VIB is: a row of files, each behind a header of 60 bytes.</summary>
internal static class ArArchive
{
    private const int HeaderLength = 60;

    // A descriptor has some tens of kB. More than this in front of the payload is no VIB.
    private const int SmallFile = 16 * 1024 * 1024;

    private const string Magic = "!<arch>\n";

    /// <summary>Whether bytes begin as every ar archive does.</summary>
    public static bool IsStart(byte[] bytes) => Encoding.ASCII.GetString(bytes, 0, Math.Min(bytes.Length, Magic.Length)) == Magic;

    /// <summary>Walks the files of an archive.</summary>
    /// <param name="stream">The archive from its beginning; it is only read forward.</param>
    /// <param name="visit">Is given each file's name, its size and its content, and says whether to go on. What it leaves of the content is skipped.</param>
    /// <exception cref="InvalidDataException">It is not an archive, or it ends too early.</exception>
    public static void Walk(Stream stream, Func<string, long, Stream, bool> visit)
    {
        byte[] magic = new byte[Magic.Length];
        if (Fill(stream, magic) < magic.Length || !IsStart(magic))
        {
            throw new InvalidDataException("it does not begin as a VIB does");
        }

        byte[] header = new byte[HeaderLength];
        while (true)
        {
            int read = Fill(stream, header);
            if (read == 0)
            {
                return;
            }

            string text = Encoding.ASCII.GetString(header);
            if (read < HeaderLength || header[58] != 0x60 || header[59] != 0x0A
                || !long.TryParse(text.Substring(48, 10).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long size))
            {
                throw new InvalidDataException(read < HeaderLength ? "it ends in the middle of a header" : "a header in it is damaged");
            }

            using BoundedStream content = new(stream, size);
            bool goesOn = visit(text.Substring(0, 16).Trim().TrimEnd('/'), size, content);
            if (!goesOn)
            {
                return;
            }

            content.SkipRest();

            // Files begin at even places.
            if (size % 2 == 1)
            {
                stream.ReadByte();
            }
        }
    }

    /// <summary>All of a file that is known to be small.</summary>
    public static byte[] ReadSmall(Stream content, long size)
    {
        if (size > SmallFile)
        {
            throw new InvalidDataException("its descriptor is larger than any is");
        }

        byte[] bytes = new byte[size];
        return Fill(content, bytes) == bytes.Length ? bytes : throw new InvalidDataException("it ends too early");
    }

    public static int Fill(Stream stream, byte[] buffer)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int read = stream.Read(buffer, filled, buffer.Length - filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}
