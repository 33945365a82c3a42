using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.GuestOs;

/// <summary>What a guest is, read from it in one command.</summary>
internal sealed record GuestSystem
{
    private const string Mark = "gpuvsphere-part:";

    private static readonly string[] s_parts =
    [
        "release cat /etc/os-release 2>/dev/null",
        "kernel uname -r",
        "machine uname -m",
        "user id -u",
        "boot cat /proc/sys/kernel/random/boot_id 2>/dev/null",
        "programs for p in apt-get dnf yum zypper systemctl sudo; do command -v $p >/dev/null 2>&1 && echo $p; done",
        "secure mokutil --sb-state 2>&1",
    ];

    /// <summary>Linux or Windows. On Windows everything else is as it stands when nothing is known.</summary>
    public GuestFamily Family { get; init; }

    /// <summary>The distribution as os-release has it, in small letters: <c>ubuntu</c>, <c>debian</c>, <c>rhel</c>, <c>centos</c>, <c>rocky</c>; empty when it is not told.</summary>
    public string DistributionId { get; init; } = string.Empty;

    /// <summary>The distributions that it is like, from the nearest on.</summary>
    public IReadOnlyList<string> Like { get; init; } = [];

    /// <summary>Its version, such as <c>22.04</c> or <c>8.10</c>; empty when it is not told.</summary>
    public string VersionId { get; init; } = string.Empty;

    /// <summary>Its name for people, such as <c>Ubuntu 22.04.4 LTS</c>.</summary>
    public string PrettyName { get; init; } = string.Empty;

    /// <summary>The running kernel, such as <c>5.15.0-119-generic</c>: what headers and modules must be for.</summary>
    public string Kernel { get; init; } = string.Empty;

    /// <summary>The architecture, such as <c>x86_64</c>.</summary>
    public string Architecture { get; init; } = string.Empty;

    /// <summary>What installs packages.</summary>
    public GuestPackageManager Packages { get; init; }

    /// <summary>Whether systemd is there.</summary>
    public bool HasSystemd { get; init; }

    /// <summary>Whether the firmware starts only what is signed; null when the guest does not tell.</summary>
    public bool? IsSecureBootEnabled { get; init; }

    /// <summary>Whether the login is root's; else root's rights come by sudo.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Whether sudo is there.</summary>
    public bool HasSudo { get; init; }

    /// <summary>What is another after each boot; empty when the guest does not tell.</summary>
    public string BootId { get; init; } = string.Empty;

    /// <summary>Whether it is of the family of Debian and Ubuntu.</summary>
    public bool IsDebian => Packages == GuestPackageManager.Apt || DistributionId is "debian" or "ubuntu" || Like.Contains("debian");

    /// <summary>Whether it is of the family of Red Hat Enterprise Linux.</summary>
    public bool IsRedHat => Packages is GuestPackageManager.Dnf or GuestPackageManager.Yum || DistributionId is "rhel" or "centos" or "fedora" || Like.Contains("rhel") || Like.Contains("fedora");

    /// <summary>Its name for a message.</summary>
    public string DisplayName => PrettyName.Length > 0 ? PrettyName : Family == GuestFamily.Windows ? "Windows" : "Linux";

    /// <summary>Reads a guest. What it does not tell stays empty.</summary>
    public static async Task<GuestSystem> ReadAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        if (shell.Family == GuestFamily.Windows)
        {
            return new GuestSystem { Family = GuestFamily.Windows };
        }

        ShellResult result = await shell.RunAsync(new GuestCommand(CommandLine), cancellationToken).ConfigureAwait(false);
        return Parse(result.Output);
    }

    /// <summary>The command whose output <see cref="Parse"/> reads.</summary>
    internal static string CommandLine { get; } = string.Join("; ", s_parts.Select(part =>
    {
        int blank = part.IndexOf(' ');
        return "echo " + Mark + part.Substring(0, blank) + "; " + part.Substring(blank + 1);
    }));

    /// <summary>Reads what the command printed.</summary>
    internal static GuestSystem Parse(string output)
    {
        Dictionary<string, List<string>> parts = new(StringComparer.Ordinal);
        List<string> current = [];
        foreach (string line in output.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
            {
                parts[line.Substring(Mark.Length).Trim()] = current = [];
            }
            else if (line.Trim().Length > 0)
            {
                current.Add(line.Trim());
            }
        }

        List<string> Lines(string part) => parts.TryGetValue(part, out List<string>? lines) ? lines : [];
        string First(string part) => Lines(part).FirstOrDefault() ?? string.Empty;
        Dictionary<string, string> release = ReadRelease(Lines("release"));
        string Value(string key) => release.TryGetValue(key, out string? value) ? value : string.Empty;
        List<string> programs = Lines("programs");
        string secure = string.Join(" ", Lines("secure"));
        return new GuestSystem
        {
            Family = GuestFamily.Linux,
            DistributionId = Value("ID").ToLowerInvariant(),
            Like = Value("ID_LIKE").ToLowerInvariant().Split([' '], StringSplitOptions.RemoveEmptyEntries),
            VersionId = Value("VERSION_ID"),
            PrettyName = Value("PRETTY_NAME"),
            Kernel = First("kernel"),
            Architecture = First("machine"),
            IsRoot = First("user") == "0",
            BootId = First("boot"),
            HasSystemd = programs.Contains("systemctl"),
            HasSudo = programs.Contains("sudo"),
            Packages = programs.Contains("apt-get") ? GuestPackageManager.Apt
                : programs.Contains("dnf") ? GuestPackageManager.Dnf
                : programs.Contains("yum") ? GuestPackageManager.Yum
                : programs.Contains("zypper") ? GuestPackageManager.Zypper
                : GuestPackageManager.None,
            IsSecureBootEnabled = secure.IndexOf("SecureBoot enabled", StringComparison.OrdinalIgnoreCase) >= 0 ? true
                : secure.IndexOf("SecureBoot disabled", StringComparison.OrdinalIgnoreCase) >= 0 || secure.IndexOf("EFI variables are not supported", StringComparison.OrdinalIgnoreCase) >= 0 ? false
                : null,
        };
    }

    // KEY=value, KEY="value" or KEY='value'; os-release(5).
    private static Dictionary<string, string> ReadRelease(IEnumerable<string> lines)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string line in lines.Where(line => line[0] != '#'))
        {
            int equals = line.IndexOf('=');
            if (equals > 0)
            {
                values[line.Substring(0, equals).Trim()] = line.Substring(equals + 1).Trim().Trim('"', '\'');
            }
        }

        return values;
    }
}
