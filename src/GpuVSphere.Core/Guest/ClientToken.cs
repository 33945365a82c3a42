using System;
using System.Linq;
using System.Security.Cryptography;

namespace GpuVSphere.Guest;

/// <summary>
/// The client configuration token of the NVIDIA License System: a file that tells the guest where its licences are and lets it have them. Its content is a
/// secret; what is shown of it is its name and the beginning of its SHA-256.
/// </summary>
internal static class ClientToken
{
    /// <summary>The folder where nvidia-gridd looks for it.</summary>
    public const string LinuxFolder = "/etc/nvidia/ClientConfigToken";

    /// <summary>The folder where the Windows driver looks for it.</summary>
    public const string WindowsFolder = @"C:\Program Files\NVIDIA Corporation\vGPU Licensing\ClientConfigToken";

    /// <summary>What the daemon asks of the file, as NVIDIA's licensing guide has it: all rights for the owner, reading for the others.</summary>
    public const string Mode = "744";

    // Those that were seen have two to four kilobytes.
    public const int MostBytes = 64 * 1024;
    private const string Prefix = "client_configuration_token_";
    private const string Ending = ".tok";

    /// <summary>Why bytes cannot be a token; null when they can.</summary>
    public static string? Trouble(byte[] content) =>
        content.Length == 0 ? "it is empty"
        : content.Length > MostBytes ? $"it has {content.Length / 1024} KB, and a token has a few"
        : content.Any(one => one is 0 or > 126 or (< 32 and not (9 or 10 or 13))) ? "it is no text"
        : content.Any(one => one is (byte)'<' or (byte)'{') ? "it is a page or a document, as a server sends in place of a token that it does not give"
        : null;

    /// <summary>The name that it has in the guest: the daemon wants the beginning and the ending that the licence server gives.</summary>
    public static string NameInGuest(string fileName)
    {
        string plain = new([.. fileName.Select(c => char.IsLetterOrDigit(c) && c < 128 || c is '-' or '_' or '.' ? c : '_')]);
        plain = plain.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? plain.Substring(0, plain.Length - Ending.Length) : plain;
        return (plain.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? plain : Prefix + plain) + Ending;
    }

    /// <summary>The SHA-256 of a token, in hexadecimal digits.</summary>
    public static string Hash(byte[] content)
    {
        using SHA256 sha = SHA256.Create();
        return string.Concat(sha.ComputeHash(content).Select(one => one.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>How a plan names it.</summary>
    public static string Words(string name, string hash) => $"{name} (SHA-256 {hash.Substring(0, 12)})";
}
