using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Guest;

/// <summary>What the kernel of a guest wrote about NVIDIA's driver.</summary>
internal sealed class KernelLog
{
    /// <summary>What is asked. The log itself is long, and of a busy guest mostly of other things.</summary>
    public const string Command = "dmesg | grep -iE 'nvrm|nvidia|nouveau|unsigned module|required key|key was rejected'";

    private static readonly Regex s_time = new(@"^\[\s*[0-9.]+\]\s*", RegexOptions.CultureInvariant);

    private readonly string[] _lines;

    private KernelLog(string[] lines) => _lines = lines;

    /// <summary>Reads the lines.</summary>
    public static KernelLog Read(string text) => new([.. text.Split('\n').Select(line => s_time.Replace(line.Trim(), string.Empty)).Where(line => line.Length > 0)]);

    /// <summary>The driver's word that a region has no address, as "BAR1 is 0M @ 0x0"; null when it has not said so.</summary>
    public string? UnassignedBar => _lines.LastOrDefault(line => line.IndexOf("I/O region assigned to your NVIDIA device is invalid", StringComparison.OrdinalIgnoreCase) >= 0) is null
        ? null
        : _lines.LastOrDefault(line => line.IndexOf("BAR", StringComparison.Ordinal) >= 0 && line.IndexOf(" is 0M ", StringComparison.Ordinal) >= 0)?.Replace("NVRM:", string.Empty).Trim()
            ?? "an I/O region of the device is invalid";

    /// <summary>The kernel's word that a module was not loaded for its signature; null when it has not said so.</summary>
    public string? SignatureRefused => Last(["Loading of unsigned module is rejected", "unsigned module loading is restricted", "Required key not available", "Key was rejected"]);

    /// <summary>The driver's word that the GPU did not start; null when it has not said so.</summary>
    public string? InitFailed => Last(["RmInitAdapter failed", "rm_init_adapter failed", "fallen off the bus", "GPU has fallen"]);

    /// <summary>The word that tools and module are of different versions; null when it has not been said.</summary>
    public string? VersionMismatch => Last(["API mismatch"]);

    /// <summary>The driver's word that no GPU of this guest is one that it serves; null when it has not said so.</summary>
    public string? NotSupported => Last(["not supported by", "No NVIDIA GPU found", "is not supported", "None of the NVIDIA devices were initialized"]);

    private string? Last(string[] words) => _lines.LastOrDefault(line => Array.Exists(words, word => line.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0));
}
