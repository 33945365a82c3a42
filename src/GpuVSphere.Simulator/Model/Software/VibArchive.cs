using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>The ar archive that a VIB is.</summary>
internal static class VibArchive
{
    private const string Magic = "!<arch>\n";
    private const int HeaderSize = 60;

    public static byte[] Write(IEnumerable<KeyValuePair<string, byte[]>> members)
    {
        using MemoryStream bytes = new();
        Ascii(bytes, Magic);
        foreach (KeyValuePair<string, byte[]> member in members)
        {
            // Name, time, owner, group, mode, size, each padded with blanks. A name has 16 characters at most.
            string name = member.Key.Length > 16 ? member.Key.Substring(0, 16) : member.Key;
            Ascii(bytes, name.PadRight(16) + "0".PadRight(12) + "0".PadRight(6) + "0".PadRight(6) + "100644".PadRight(8)
                + member.Value.Length.ToString(CultureInfo.InvariantCulture).PadRight(10) + "`\n");
            bytes.Write(member.Value, 0, member.Value.Length);
            if (member.Value.Length % 2 == 1)
            {
                bytes.WriteByte((byte)'\n');
            }
        }

        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">It is no such archive, or ends too early.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(byte[] content)
    {
        if (content.Length < Magic.Length || Encoding.ASCII.GetString(content, 0, Magic.Length) != Magic)
        {
            throw new InvalidDataException("not an ar archive");
        }

        Dictionary<string, byte[]> members = new(StringComparer.Ordinal);
        int at = Magic.Length;
        while (at < content.Length)
        {
            if (at + HeaderSize > content.Length)
            {
                throw new InvalidDataException("the header of a member is cut off");
            }

            string header = Encoding.ASCII.GetString(content, at, HeaderSize);
            at += HeaderSize;
            if (!header.EndsWith("`\n", StringComparison.Ordinal) || !int.TryParse(header.Substring(48, 10).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int size) || at + size > content.Length)
            {
                throw new InvalidDataException("a member is cut off or has no header");
            }

            members[header.Substring(0, 16).TrimEnd(' ').TrimEnd('/')] = content.Skip(at).Take(size).ToArray();
            at += size + (size % 2);
        }

        return members;
    }

    private static void Ascii(Stream stream, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        stream.Write(bytes, 0, bytes.Length);
    }
}
