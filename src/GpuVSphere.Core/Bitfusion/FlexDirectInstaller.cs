using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Bitfusion;

/// <summary>Brings the installer into a guest and runs it there.</summary>
internal static class FlexDirectInstaller
{
    /// <summary>Which program the guest has to fetch files with.</summary>
    public const string FetcherQuestion = "command -v wget || command -v curl";

    private const int NotFound = 127;

    private static readonly TimeSpan s_fetchTime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_installTime = TimeSpan.FromMinutes(30);

    /// <summary>Installs.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="vmName">Its VM's name, for messages.</param>
    /// <param name="wish">From where.</param>
    /// <param name="folder">Where it is put; the caller removes it.</param>
    /// <param name="say">Takes what is done, and the installer's own lines.</param>
    /// <param name="cancellationToken">Ends the installer.</param>
    /// <exception cref="GpuVSphereException">
    /// FlexDirectDownloadFailed, FlexDirectChecksum, FlexDirectNotAnInstaller, FlexDirectInstallFailed: the installer ended with an error. Those of the shell.
    /// </exception>
    public static async Task InstallAsync(FlexDirectGuest guest, string vmName, InstallWish wish, GuestFolder folder, Action<string> say, CancellationToken cancellationToken)
    {
        string file = folder.PathOf("installer" + wish.Kind switch { InstallerKind.Deb => ".deb", InstallerKind.Rpm => ".rpm", _ => ".sh" });
        if (wish.Path is { } path)
        {
            say($"uploading {path}");
            using FileStream content = Open(path);
            await guest.Shell.WriteFileAsync(file, content, content.Length, GuestFileOptions.Private, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            say($"fetching {wish.Source}");
            await FetchAsync(guest, vmName, wish, file, cancellationToken).ConfigureAwait(false);
        }

        await CheckAsync(guest, vmName, wish, file, cancellationToken).ConfigureAwait(false);
        say($"installing {wish.From}");
        string words = await CommandAsync(guest, vmName, wish.Kind, file, cancellationToken).ConfigureAwait(false);
        ShellResult result = await guest.Shell.RunAsync(
            new GuestCommand(words) { AsRoot = true, Timeout = s_installTime, OnOutput = say }, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new GpuVSphereException(
                "FlexDirectInstallFailed",
                GpuErrorCategory.OperationFailed,
                $"The installer of FlexDirect on {vmName} ended with {result.ExitCode.ToString(CultureInfo.InvariantCulture)}: {(FlexDirectText.Complaint(result.Output + "\n" + result.Error) is { Length: > 0 } said ? said : "it said nothing.")}",
                vmName,
                result.ExitCode == NotFound && wish.Kind == InstallerKind.Script ? "The installer is a script for bash: install bash in the guest, and run it again." : "Run it again with -Verbose to see every line of the installer.");
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("FileNotFound", GpuErrorCategory.ObjectNotFound, $"{path} cannot be read: {error.Message}", path, "Check the path; it is one of this machine.", error);
        }
    }

    private static async Task FetchAsync(FlexDirectGuest guest, string vmName, InstallWish wish, string file, CancellationToken cancellationToken)
    {
        string source = wish.Source;
        ShellResult fetcher = await guest.Shell.RunAsync(new GuestCommand(FetcherQuestion), cancellationToken).ConfigureAwait(false);
        bool isCurl = fetcher.Output.Trim().EndsWith("curl", StringComparison.Ordinal);
        string command = isCurl ? RemoteQuoting.Join(["curl", "-fsSL", "--connect-timeout", "30", "-o", file, source]) : RemoteQuoting.Join(["wget", "-nv", "-T", "30", "-t", "2", "-O", file, source]);
        ShellResult fetched = await guest.Shell.RunAsync(new GuestCommand(command) { AsRoot = true, Timeout = s_fetchTime }, cancellationToken).ConfigureAwait(false);
        if (fetched.ExitCode != 0 && !isCurl && await IsBusyboxAsync(guest, cancellationToken).ConfigureAwait(false))
        {
            // That wget knows none of these options, and does not look at the certificate of who answers it.
            if (source.StartsWith("https:", StringComparison.OrdinalIgnoreCase) && wish.Sha256 is null)
            {
                throw new GpuVSphereException(
                    "FlexDirectDownloadFailed",
                    GpuErrorCategory.NotSupported,
                    $"{vmName} has busybox's wget only, which does not check certificates: nothing was fetched from {source}.",
                    vmName,
                    $"Give the file's checksum with -Sha256, or upload the installer from this machine: Install-FlexDirect -VM {Typed.Name(vmName)} -Path <file>");
            }

            fetched = await guest.Shell.RunAsync(
                new GuestCommand(RemoteQuoting.Join(["wget", "-q", "-O", file, source])) { AsRoot = true, Timeout = s_fetchTime }, cancellationToken).ConfigureAwait(false);
        }

        if (fetched.ExitCode != 0)
        {
            throw new GpuVSphereException(
                "FlexDirectDownloadFailed",
                GpuErrorCategory.ConnectionFailed,
                $"{vmName} could not fetch {source}: {(FlexDirectText.Complaint(fetched.Output + "\n" + fetched.Error) is { Length: > 0 } said ? said : "exit code " + fetched.ExitCode.ToString(CultureInfo.InvariantCulture))}",
                vmName,
                $"Check the address, which -Source names. For a guest without internet, fetch the installer on this machine and upload it: Install-FlexDirect -VM {Typed.Name(vmName)} -Path <file>");
        }
    }

    // What it makes of options that it does not know is not always words: some builds crash.
    private static async Task<bool> IsBusyboxAsync(FlexDirectGuest guest, CancellationToken cancellationToken)
    {
        ShellResult help = await guest.Shell.RunAsync(new GuestCommand("wget --help 2>&1"), cancellationToken).ConfigureAwait(false);
        return help.Output.IndexOf("BusyBox", StringComparison.Ordinal) >= 0;
    }

    private static async Task CheckAsync(FlexDirectGuest guest, string vmName, InstallWish wish, string file, CancellationToken cancellationToken)
    {
        if (wish.Sha256 is { } wanted)
        {
            ShellResult sum = await guest.RequireAsync(new GuestCommand(RemoteQuoting.Join(["sha256sum", file])) { AsRoot = true }, "sha256sum of the installer", cancellationToken).ConfigureAwait(false);
            string found = sum.Output.Trim().TrimStart('\\').Split(' ')[0];
            if (!string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase))
            {
                throw new GpuVSphereException("FlexDirectChecksum", GpuErrorCategory.InvalidData, $"The installer that {vmName} got from {wish.From} is not the one that was meant: its SHA-256 is {found}. It was not run.", vmName, "Give the checksum of the file that you looked at, or look at what is there now.");
            }
        }

        ShellResult first = await guest.RequireAsync(new GuestCommand(RemoteQuoting.Join(["head", "-c", "1", file])) { AsRoot = true }, "looking at the installer", cancellationToken).ConfigureAwait(false);
        if (first.Output.Length == 0 || first.Output[0] == '<')
        {
            // A name whose owner has gone answers with a page of whoever has it now.
            throw new GpuVSphereException(
                "FlexDirectNotAnInstaller",
                GpuErrorCategory.InvalidData,
                $"What {vmName} got from {wish.From} is {(first.Output.Length == 0 ? "empty" : "a web page and no installer")}. It was not run.",
                vmName,
                "Give the address of a mirror with -Source, or a file that you have with -Path.");
        }
    }

    private static async Task<string> CommandAsync(FlexDirectGuest guest, string vmName, InstallerKind kind, string file, CancellationToken cancellationToken)
    {
        if (kind == InstallerKind.Script)
        {
            return RemoteQuoting.Join(["bash", file]);
        }

        string[] managers = kind == InstallerKind.Deb ? ["apt-get"] : ["dnf", "yum", "zypper"];
        ShellResult found = await guest.Shell.RunAsync(new GuestCommand(string.Join(" || ", managers.Select(manager => "command -v " + manager))), cancellationToken).ConfigureAwait(false);
        string name = found.Output.Trim();
        return name.EndsWith("apt-get", StringComparison.Ordinal) ? "DEBIAN_FRONTEND=noninteractive apt-get install -y " + RemoteQuoting.Quote(file)
            : name.EndsWith("zypper", StringComparison.Ordinal) ? "zypper --non-interactive install --allow-unsigned-rpm " + RemoteQuoting.Quote(file)
            : name.Length > 0 ? name.Split('/').Last() + " install -y " + RemoteQuoting.Quote(file)
            : throw new GpuVSphereException(
                "FlexDirectInstallFailed", GpuErrorCategory.NotSupported, $"{vmName} has none of {string.Join(", ", managers)} to install a {(kind == InstallerKind.Deb ? ".deb" : ".rpm")} package with.", vmName, $"Give the package for its distribution: {(kind == InstallerKind.Deb ? ".rpm for CentOS and Red Hat" : ".deb for Debian and Ubuntu")}.");
    }
}
