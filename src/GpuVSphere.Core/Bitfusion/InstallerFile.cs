using System;
using System.IO;
using System.Linq;
using System.Text;

namespace GpuVSphere.Bitfusion;

/// <summary>What a file of this machine is that is to install FlexDirect, by its first bytes: a name says nothing of what a browser saved.</summary>
internal static class InstallerFile
{
    private const int Most = 4096;

    private static readonly (byte[] Magic, string What)[] s_others =
    [
        ([0x4D, 0x5A], "a program for Windows"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program in machine code (ELF)"),
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
        ([0x1F, 0x8B], "an archive packed by gzip"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an archive packed by xz"),
        ([0x42, 0x5A, 0x68], "an archive packed by bzip2"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF document"),
        ([0xD0, 0xCF, 0x11, 0xE0], "a package for Windows (.msi)"),
        ([0xFF, 0xFE], "text in UTF-16, as Windows saves it"),
        ([0xFE, 0xFF], "text in UTF-16"),
    ];

    private static readonly byte[] s_rpm = [0xED, 0xAB, 0xEE, 0xDB];
    private static readonly byte[] s_deb = Encoding.ASCII.GetBytes("!<arch>\ndebian-binary");
    private static readonly byte[] s_mark = [0xEF, 0xBB, 0xBF];

    /// <summary>What kind it is; null when it is none, or cannot be read now.</summary>
    public static InstallerKind? KindOf(string path)
    {
        try
        {
            return Look(path, ReadStart(path), out InstallerKind kind) is null ? kind : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Refuses a file that is no installer.</summary>
    /// <exception cref="GpuVSphereException">FlexDirectNotAnInstaller; FileNotFound: it cannot be read.</exception>
    public static void Check(string path)
    {
        byte[] start;
        try
        {
            start = ReadStart(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("FileNotFound", GpuErrorCategory.ObjectNotFound, $"{path} cannot be read: {error.Message}", path, "Check the path; it is one of this machine.", error);
        }

        if (Look(path, start, out _) is { } what)
        {
            throw new GpuVSphereException(
                "FlexDirectNotAnInstaller",
                GpuErrorCategory.InvalidData,
                $"{path} is {what.What}, and no installer of FlexDirect.",
                path,
                what.NextStep);
        }
    }

    // Null for an installer.
    private static (string What, string NextStep)? Look(string path, byte[] start, out InstallerKind kind)
    {
        const string Give = "Give the installer script of getflex.bitfusion.io, or a .deb or .rpm package.";
        kind = StartsWith(start, s_deb) ? InstallerKind.Deb : StartsWith(start, s_rpm) ? InstallerKind.Rpm : InstallerKind.Script;
        if (kind != InstallerKind.Script)
        {
            return null;
        }

        if (start.Length == 0)
        {
            return ("empty", "Fetch it again: the download was cut, or there was no room for it.");
        }

        if (s_others.Where(other => StartsWith(start, other.Magic)).Select(other => other.What).FirstOrDefault() is { } other)
        {
            return (other, Give);
        }

        bool isMarked = StartsWith(start, s_mark);
        string text = Encoding.UTF8.GetString(start, isMarked ? s_mark.Length : 0, start.Length - (isMarked ? s_mark.Length : 0));
        if (text.TrimStart().StartsWith("<", StringComparison.Ordinal))
        {
            return ("a web page, as a browser saves it in place of a download", "Fetch the file itself: curl -fL -o flexdirect.sh <address>. A page that asks for a login is saved so, too.");
        }

        if (text.IndexOf('\0') >= 0)
        {
            return ("no text, and no package that is known", Give);
        }

        string[] words = text.Split('\n')[0].TrimStart('#', '!').Split([' ', '\t', '\r', '/'], StringSplitOptions.RemoveEmptyEntries);
        bool isScript = text.StartsWith("#!", StringComparison.Ordinal);
        bool isNamedPackage = new[] { ".deb", ".rpm" }.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return !isScript && isNamedPackage ? ("text, and no package, whatever its name says", Give)
            : isScript && !words.Any(word => word is "sh" or "bash" or "dash" or "ksh") ? ($"a script for another program ({text.Split('\n')[0].Trim()})", Give)
            : isMarked || text.IndexOf("\r\n", StringComparison.Ordinal) >= 0 ? ("a script as an editor of Windows saved it (line ends, or a mark before the first line, that no shell reads)", "Fetch it again without opening it, or save it as UTF-8 without BOM and with the line ends of Unix (LF).")
            : null;
    }

    private static byte[] ReadStart(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] start = new byte[Most];
        int length = 0;
        while (length < Most && file.Read(start, length, Most - length) is > 0 and int read)
        {
            length += read;
        }

        Array.Resize(ref start, length);
        return start;
    }

    private static bool StartsWith(byte[] content, byte[] magic) => content.Length >= magic.Length && content.Take(magic.Length).SequenceEqual(magic);
}
