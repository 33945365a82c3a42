using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>The OpenSSH client of this machine.</summary>
/// <param name="Path">The program.</param>
/// <param name="Banner">How it names itself, such as <c>OpenSSH_9.2p1</c>; empty when it did not say.</param>
/// <param name="Version">Its version, or null when it did not say.</param>
internal sealed record OpenSshClient(string Path, string Banner, Version? Version)
{
    private const int OutputLimit = 1_000_000;

    private static readonly Regex s_banner = new(@"OpenSSH_\S*?(?<major>\d+)\.(?<minor>\d+)[^\s,]*", RegexOptions.CultureInvariant);

    /// <summary>Whether it can ask a program for the password without a terminal: SSH_ASKPASS_REQUIRE came with 8.4.</summary>
    public bool CanAskProgram => Version is not null && Version >= new Version(8, 4);

    /// <summary>Finds the client and asks for its version.</summary>
    /// <param name="program">Its path, or null to look for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">SshClientMissing.</exception>
    public static async Task<OpenSshClient> FindAsync(string? program, CancellationToken cancellationToken)
    {
        string path = program ?? Candidates().FirstOrDefault(File.Exists) ?? throw Missing("ssh");
        try
        {
            LocalRun run = await LocalProgram.RunAsync(path, ["-V"], null, null, OutputLimit, cancellationToken).ConfigureAwait(false);
            Match match = s_banner.Match(run.Error + "\n" + run.Output);
            return new OpenSshClient(path, match.Value, match.Success ? new Version(Number(match, "major"), Number(match, "minor")) : null);
        }
        catch (Win32Exception error)
        {
            throw Missing(path, error);
        }
    }

    /// <summary>What the client's configuration says of a host, as <c>ssh -G</c> prints it: lower-case keyword, value.</summary>
    /// <param name="arguments">The options and the host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ILookup<string, string>> ReadConfigurationAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        LocalRun run = await LocalProgram.RunAsync(Path, new[] { "-G" }.Concat(arguments), null, null, OutputLimit, cancellationToken).ConfigureAwait(false);
        return run.Output.Split('\n')
            .Select(line => line.Trim().Split([' '], 2))
            .Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0].ToLowerInvariant(), parts => parts[1]);
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Candidates()
    {
        bool isWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
        string file = isWindows ? "ssh.exe" : "ssh";
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(System.IO.Path.PathSeparator))
        {
            string bare = folder.Trim().Trim('"');
            if (bare.Length > 0 && System.IO.Path.IsPathRooted(bare) && bare.IndexOfAny(System.IO.Path.GetInvalidPathChars()) < 0)
            {
                yield return System.IO.Path.Combine(bare, file);
            }
        }

        if (isWindows)
        {
            // Windows' own client, when PATH has lost it. A 32-bit process sees the 64-bit system folder under another name.
            yield return System.IO.Path.Combine(Environment.SystemDirectory, "OpenSSH", file);
            yield return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.Windows), "Sysnative", "OpenSSH", file);
        }
    }

    private static GpuVSphereException Missing(string what, Exception? inner = null) => new(
        "SshClientMissing",
        GpuErrorCategory.ObjectNotFound,
        inner is null
            ? "This machine has no OpenSSH client: there is no ssh on PATH. It is needed for what only the ESXi shell can do, such as nvidia-smi."
            : $"The OpenSSH client {what} cannot be started: {inner.Message}",
        what,
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
            ? "Add-WindowsCapability -Online -Name OpenSSH.Client~~~~0.0.1.0"
            : "Install the system's OpenSSH client (package openssh-client or openssh-clients), and open a new session.",
        inner);
}
