using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Guest;

/// <summary>Reads the licence of a guest: its configuration, its service, what nvidia-smi and the log say.</summary>
internal static class LicenseReader
{
    public const string Conf = "/etc/nvidia/gridd.conf";
    public const string RegistryKey = @"HKLM\SOFTWARE\NVIDIA Corporation\Global\GridLicensing";
    public const string WindowsService = "NVDisplay.ContainerLocalSystem";

    private const string Template = Conf + ".template";
    private const string WindowsLog = @"C:" + @"\Users\Public\Documents\NvidiaLogging\Log.NVDisplay.Container.exe.log";
    private const string Probe =
        "[ -x /usr/bin/nvidia-gridd ] && echo service; pgrep -x nvidia-gridd >/dev/null && echo running; [ -f " + Conf + " ] && stat -c 'conf %a' " + Conf + "; true";

    // The one of the three that has lines of it: Debian's, RHEL's, and the journal where neither is written.
    private const string Log = "(grep -a nvidia-gridd /var/log/syslog || grep -a nvidia-gridd /var/log/messages || journalctl -u nvidia-gridd --no-pager) 2>/dev/null | tail -n 200";

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);
    private static readonly Regex s_registry = new(@"^\s+(?<name>\w+)\s+REG_(?<type>\w+)\s+(?<value>.*)$", RegexOptions.CultureInvariant);

    /// <summary>Reads everything.</summary>
    /// <exception cref="GpuVSphereException">Those of <see cref="IGuestShell"/>.</exception>
    public static async Task<LicenseGuest> ReadAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        IGuestShell shell = subject.Shell;
        GuestSmi smi = await GuestSmi.ReadAsync(shell, subject.Name, cancellationToken).ConfigureAwait(false);
        NvidiaSmiGpu? gpu = smi.Report?.Gpus.FirstOrDefault(one => one.LicenseStatus is not null) ?? smi.Report?.Gpus.FirstOrDefault();
        LicenseGuest guest = new()
        {
            Family = shell.Family,
            Driver = smi.Driver,
            DriverTrouble = smi.Trouble,
            VirtualizationMode = gpu?.VirtualizationMode,
            Product = gpu?.LicensedProduct,
            StatusText = Status(smi.Report),
            TokenFolder = string.Empty,
        };
        return shell.Family == GuestFamily.Windows
            ? await ReadWindowsAsync(shell, guest, cancellationToken).ConfigureAwait(false)
            : await ReadLinuxAsync(shell, guest, subject.Session, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the log of the licensing service, or its end.</summary>
    public static async Task<string> ReadLogAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        if (shell.Family == GuestFamily.Windows)
        {
            byte[]? content = await shell.ReadFileAsync(WindowsLog, cancellationToken).ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetString(content ?? []);
        }

        return (await RunAsync(shell, Log, cancellationToken).ConfigureAwait(false)).Output;
    }

    /// <summary>What nvidia-smi says of the licence: of several GPUs that of one without it.</summary>
    public static string? Status(NvidiaSmiReport? report)
    {
        string[] all = [.. report?.Gpus.Select(gpu => gpu.LicenseStatus).OfType<string>() ?? []];
        return all.FirstOrDefault(status => !status.StartsWith("Licensed", StringComparison.OrdinalIgnoreCase)) ?? all.FirstOrDefault();
    }

    /// <summary>Runs a command with root's rights, for what only root may see.</summary>
    public static Task<ShellResult> RunAsync(IGuestShell shell, string line, CancellationToken cancellationToken) =>
        shell.RunAsync(new GuestCommand(line) { AsRoot = true, Timeout = s_timeout }, cancellationToken);

    private static async Task<LicenseGuest> ReadLinuxAsync(IGuestShell shell, LicenseGuest guest, VimSession session, CancellationToken cancellationToken)
    {
        // The server's clock, since whoever runs this may have set his own wrong.
        DateTimeOffset asked = await session.ReadTimeAsync(cancellationToken).ConfigureAwait(false);
        string clock = (await RunAsync(shell, "date -u +%s", cancellationToken).ConfigureAwait(false)).Output.Trim();
        DateTimeOffset answered = await session.ReadTimeAsync(cancellationToken).ConfigureAwait(false);
        string[] said = (await RunAsync(shell, Probe, cancellationToken).ConfigureAwait(false)).Output.Split('\n');
        string? After(string word) => said.FirstOrDefault(line => line.StartsWith(word + " ", StringComparison.Ordinal))?.Substring(word.Length + 1).Trim();
        byte[]? content = await shell.ReadFileAsync(Conf, cancellationToken).ConfigureAwait(false);
        GriddConf conf = GriddConf.Parse(content);
        string folder = conf.Value(LicenseSettings.TokenPath)?.TrimEnd('/') is { Length: > 0 } named && named[0] == '/' ? named : ClientToken.LinuxFolder;
        return guest with
        {
            HasService = said.Contains("service"),
            IsServiceRunning = said.Contains("running"),
            Conf = content,
            Template = content is null ? await shell.ReadFileAsync(Template, cancellationToken).ConfigureAwait(false) : null,
            ConfMode = After("conf"),
            Settings = LicenseSettings.All.ToDictionary(name => name, conf.Value),
            TokenFolder = folder,
            Tokens = await TokensAsync(shell, folder, cancellationToken).ConfigureAwait(false),
            Log = await ReadLogAsync(shell, cancellationToken).ConfigureAwait(false),
            Skew = Skew(clock, asked, answered),
        };
    }

    // Between asking and answering the guest looked at its clock; how long its shell took to start is not its clock's fault.
    private static TimeSpan? Skew(string seconds, DateTimeOffset asked, DateTimeOffset answered)
    {
        if (!long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) || epoch > 253402300799)
        {
            return null;
        }

        // It tells whole seconds.
        DateTimeOffset there = DateTimeOffset.FromUnixTimeSeconds(epoch);
        return there.AddSeconds(1) < asked ? there - asked : there > answered ? there - answered : TimeSpan.Zero;
    }

    private static async Task<IReadOnlyList<GuestToken>> TokensAsync(IGuestShell shell, string folder, CancellationToken cancellationToken)
    {
        string list = $"for f in {RemoteQuoting.Quote(folder)}/*.tok; do [ -f \"$f\" ] && stat -c '%a %n' \"$f\"; done; true";
        List<GuestToken> tokens = [];
        foreach (string line in (await RunAsync(shell, list, cancellationToken).ConfigureAwait(false)).Output.Split('\n').Where(line => line.IndexOf(' ') > 0))
        {
            string path = line.Substring(line.IndexOf(' ') + 1).TrimEnd('\r');
            if (await shell.ReadFileAsync(path, cancellationToken).ConfigureAwait(false) is { } content)
            {
                tokens.Add(new GuestToken(path, path.Substring(path.LastIndexOf('/') + 1), ClientToken.Hash(content), line.Substring(0, line.IndexOf(' '))));
            }
        }

        return tokens;
    }

    private static async Task<LicenseGuest> ReadWindowsAsync(IGuestShell shell, LicenseGuest guest, CancellationToken cancellationToken)
    {
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase);
        ShellResult registry = await RunAsync(shell, WindowsQuoting.Join(["reg.exe", "query", RegistryKey]), cancellationToken).ConfigureAwait(false);
        foreach (Match match in registry.Output.Split('\n').Select(line => s_registry.Match(line.TrimEnd('\r'))).Where(match => match.Success))
        {
            string value = match.Groups["value"].Value.Trim();
            bool isNumber = match.Groups["type"].Value == "DWORD" && value.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
            settings[match.Groups["name"].Value] = value.Length == 0 ? null
                : isNumber && uint.TryParse(value.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number) ? number.ToString(CultureInfo.InvariantCulture)
                : value;
        }

        ShellResult service = await RunAsync(shell, WindowsQuoting.Join(["sc.exe", "query", WindowsService]), cancellationToken).ConfigureAwait(false);
        string folder = settings.TryGetValue(LicenseSettings.TokenPath, out string? named) && named is { Length: > 3 } ? named.TrimEnd('\\') : ClientToken.WindowsFolder;
        return guest with
        {
            HasService = service.ExitCode == 0,
            IsServiceRunning = service.ExitCode == 0 && service.Output.IndexOf("RUNNING", StringComparison.Ordinal) >= 0,
            Settings = settings,
            TokenFolder = folder,
            Tokens = await WindowsTokensAsync(shell, folder, cancellationToken).ConfigureAwait(false),
            Log = await ReadLogAsync(shell, cancellationToken).ConfigureAwait(false),
        };
    }

    private static async Task<IReadOnlyList<GuestToken>> WindowsTokensAsync(IGuestShell shell, string folder, CancellationToken cancellationToken)
    {
        ShellResult listed = await RunAsync(shell, WindowsQuoting.Join(["where.exe", "/R", folder, "*.tok"]), cancellationToken).ConfigureAwait(false);
        List<GuestToken> tokens = [];
        foreach (string path in listed.ExitCode != 0 ? [] : listed.Output.Split('\n').Select(line => line.Trim()).Where(line => line.EndsWith(".tok", StringComparison.OrdinalIgnoreCase)))
        {
            if (await shell.ReadFileAsync(path, cancellationToken).ConfigureAwait(false) is { } content)
            {
                tokens.Add(new GuestToken(path, path.Substring(path.LastIndexOf('\\') + 1), ClientToken.Hash(content), null));
            }
        }

        return tokens;
    }
}
