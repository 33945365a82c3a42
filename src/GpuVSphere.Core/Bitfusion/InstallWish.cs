using System;
using System.IO;
using System.Linq;
using GpuVSphere.Operations;

namespace GpuVSphere.Bitfusion;

/// <summary>From where FlexDirect is installed.</summary>
public sealed record InstallWish
{
    /// <summary>Where the guide fetches the installer from.</summary>
    public const string UsualSource = "getflex.bitfusion.io";

    private const int Sha256Digits = 64;

    /// <summary>The address that the guest fetches the installer from; not used when <see cref="Path"/> is given.</summary>
    public string Source { get; init; } = UsualSource;

    /// <summary>A file on this machine that is uploaded instead: the installer script, or a .deb or .rpm package.</summary>
    public string? Path { get; init; }

    /// <summary>The SHA-256 checksum of the installer in hexadecimal digits; null for none.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether it is installed again where it is already.</summary>
    public bool Reinstall { get; init; }

    /// <summary>The kind of the installer: that of a file by its content, else by the end of its name.</summary>
    internal InstallerKind Kind => Path is { } path && InstallerFile.KindOf(path) is { } kind ? kind
        : Name.EndsWith(".deb", StringComparison.OrdinalIgnoreCase) ? InstallerKind.Deb
        : Name.EndsWith(".rpm", StringComparison.OrdinalIgnoreCase) ? InstallerKind.Rpm
        : InstallerKind.Script;

    /// <summary>What it is, for the plan.</summary>
    internal string From => Path is { } path ? System.IO.Path.GetFileName(path) : Source;

    private string Name => Path ?? Source.Split('?', '#')[0];

    /// <summary>Refuses what cannot be installed.</summary>
    /// <exception cref="GpuVSphereException">
    /// InvalidFlexDirectSource: the address or checksum is none. FileNotFound: the file is not there. FlexDirectNotAnInstaller: it is something else.
    /// </exception>
    public void Check()
    {
        if (Sha256 is { } sum && (sum.Length != Sha256Digits || !sum.All(Uri.IsHexDigit)))
        {
            throw Wrong($"'{sum}' is not a SHA-256 checksum.", sum, "It has 64 hexadecimal digits: (Get-FileHash <file>).Hash");
        }

        if (Path is { } path)
        {
            if (!File.Exists(path))
            {
                throw new GpuVSphereException("FileNotFound", GpuErrorCategory.ObjectNotFound, $"There is no file {path} on this machine.", path, LocalFiles.Beside(path, IsInstaller, "Give the installer script of getflex.bitfusion.io, or a package, as a file of this machine."));
            }

            InstallerFile.Check(path);
            return;
        }

        // Without a scheme it is HTTP for wget and curl alike.
        bool isUri = Uri.TryCreate(Source.IndexOf("://", StringComparison.Ordinal) < 0 ? "http://" + Source : Source, UriKind.Absolute, out Uri? uri);
        if (!isUri || uri!.Scheme is not ("http" or "https" or "ftp") || uri.Host.Length == 0 || Source.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) || Source[0] == '-')
        {
            throw Wrong($"'{Source}' is not an address to fetch an installer from.", Source, "Give an address such as https://mirror.example/flexdirect.sh, or upload a file with -Path.");
        }

        if (uri.UserInfo.Length > 0)
        {
            throw Wrong("The address has a user name or a password in it, which other users of the guest would see.", uri.Host, "Fetch the installer to this machine and upload it with -Path.");
        }
    }

    private static bool IsInstaller(string file) => System.IO.Path.GetFileName(file) is { } name
        && (name.IndexOf("flex", StringComparison.OrdinalIgnoreCase) >= 0 || name.IndexOf(FlexDirectProgram.Bitfusion, StringComparison.OrdinalIgnoreCase) >= 0);

    private static GpuVSphereException Wrong(string message, string? target, string nextStep) => new("InvalidFlexDirectSource", GpuErrorCategory.InvalidArgument, message, target, nextStep);
}
