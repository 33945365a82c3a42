using System;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>What one of CUDA's sample programs said: deviceQuery or vectorAdd.</summary>
internal sealed record CudaSample
{
    private static readonly Regex s_devices = new(@"Detected (?<count>\d+) CUDA Capable device", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
    private static readonly Regex s_name = new(@"^\s*Device \d+: ""(?<name>[^""]+)""", RegexOptions.CultureInvariant | RegexOptions.Multiline);
    private static readonly Regex s_versions = new(@"CUDA Driver Version / Runtime Version\s+(?<driver>[\d.]+) / (?<runtime>[\d.]+)", RegexOptions.CultureInvariant);
    private static readonly Regex s_error = new(
        @"^.*(?:returned \d+|CUDA error|Failed to|error code|-> .*insufficient|no CUDA-capable device).*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Multiline);

    /// <summary>Whether all went well: by its own word, and where it says neither by how it ended.</summary>
    public required bool HasPassed { get; init; }

    /// <summary>In words: what was detected, or what went wrong.</summary>
    public required string Seen { get; init; }

    /// <summary>Whether the driver is older than the toolkit needs (35, and 803 of newer toolkits).</summary>
    public bool IsDriverTooOld { get; init; }

    /// <summary>Whether it found no GPU at all (38 and 100).</summary>
    public bool SeesNoDevice { get; init; }

    /// <summary>Reads the end and the output of a sample.</summary>
    public static CudaSample Read(ShellResult result)
    {
        string text = result.Output + "\n" + result.Error;
        bool Says(string words) => text.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;
        bool saysPass = Says("Result = PASS") || Says("Test PASSED");
        bool saysFail = Says("Result = FAIL") || Says("Test FAILED");
        bool hasPassed = result.ExitCode == 0 && !saysFail && (saysPass || !s_error.IsMatch(text));
        return new CudaSample
        {
            HasPassed = hasPassed,
            Seen = hasPassed ? Success(text) : Failure(text, result.ExitCode),
            SeesNoDevice = !hasPassed && Says("no CUDA-capable device"),
            IsDriverTooOld = !hasPassed && (Says("driver version is insufficient") || Says("system has unsupported display driver / cuda driver combination")),
        };
    }

    private static string Success(string text)
    {
        string names = string.Join(", ", s_name.Matches(text).Cast<Match>().Select(match => match.Groups["name"].Value));
        Match versions = s_versions.Match(text);
        return (s_devices.Match(text) is { Success: true } devices ? $"{devices.Groups["count"].Value} CUDA device{(devices.Groups["count"].Value == "1" ? string.Empty : "s")}" : "it passed")
            + (names.Length > 0 ? ": " + names : string.Empty)
            + (versions.Success ? $"; CUDA {versions.Groups["driver"].Value} of the driver, {versions.Groups["runtime"].Value} of the toolkit" : string.Empty);
    }

    private static string Failure(string text, int exitCode)
    {
        string why = s_error.Matches(text).Cast<Match>().Select(match => match.Value.Trim()).LastOrDefault()
            ?? text.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0)
            ?? "it said nothing";
        return $"it ended with {exitCode.ToString(CultureInfo.InvariantCulture)}: {why}";
    }
}
