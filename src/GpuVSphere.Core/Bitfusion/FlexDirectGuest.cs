using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.GuestOs;
using GpuVSphere.Shell;

namespace GpuVSphere.Bitfusion;

/// <summary>What is asked of FlexDirect in one guest, and the few things that are done there. Nothing is remembered between two questions.</summary>
/// <param name="shell">The guest.</param>
/// <param name="vmName">Its VM's name, for messages.</param>
internal sealed class FlexDirectGuest(IGuestShell shell, string vmName)
{
    private const string SystemServers = "/etc/bitfusionio/servers.conf";
    private const string OwnServers = "/.bitfusion/servers.conf";
    private const int TailOfLog = 40;

    // A question to servers that are away is answered when the last of them was waited for.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    /// <summary>The guest.</summary>
    public IGuestShell Shell => shell;

    /// <summary>Refuses a guest that FlexDirect is not made for.</summary>
    /// <exception cref="GpuVSphereException">FlexDirectNeedsLinux.</exception>
    public void RequireLinux()
    {
        if (shell.Family != GuestFamily.Linux)
        {
            throw new GpuVSphereException("FlexDirectNeedsLinux", GpuErrorCategory.NotSupported, $"{vmName} runs Windows, and FlexDirect is for Linux only.", vmName, "Name VMs with Ubuntu or CentOS.");
        }
    }

    /// <summary>The program; null when it is not installed.</summary>
    public async Task<FlexDirectProgram?> FindAsync(CancellationToken cancellationToken) =>
        FlexDirectProgram.Read((await AskAsync(FlexDirectProgram.Question, cancellationToken).ConfigureAwait(false)).Output);

    /// <summary>The program.</summary>
    /// <exception cref="GpuVSphereException">FlexDirectNeedsLinux, FlexDirectMissing.</exception>
    public async Task<FlexDirectProgram> RequireAsync(CancellationToken cancellationToken)
    {
        RequireLinux();
        return await FindAsync(cancellationToken).ConfigureAwait(false) ?? throw FlexDirectTrouble.Missing(vmName);
    }

    /// <summary>Asks the program something that needs no rights.</summary>
    public Task<ShellResult> AskAsync(FlexDirectProgram program, string command, CancellationToken cancellationToken) =>
        AskAsync(RemoteQuoting.Join([program.Path, command]), cancellationToken);

    /// <summary>Whether the program says that its licence is ready; null when it does not say.</summary>
    public async Task<bool?> ReadLicenseAsync(FlexDirectProgram program, CancellationToken cancellationToken)
    {
        // No command is known that only tells of the licence: init would also ask for one.
        ShellResult health = await AskAsync(program, "health", cancellationToken).ConfigureAwait(false);
        string said = health.Output + "\n" + health.Error;
        return FlexDirectText.ReadLicense(said)
            ?? FlexDirectText.ReadHealth(said).Where(check => check.Check.StartsWith("licen", StringComparison.OrdinalIgnoreCase)).Select(check => (bool?)(check.Status == FlexDirectHealthStatus.Passed)).FirstOrDefault();
    }

    /// <summary>The indices of the GPUs that nvidia-smi shows; and what it says when it shows none.</summary>
    public async Task<(IReadOnlyList<int> Indices, string? Trouble)> ListGpusAsync(CancellationToken cancellationToken)
    {
        ShellResult list = await GuestNvidiaSmi.RunAsync(shell, ["-L"], cancellationToken).ConfigureAwait(false);
        int[] indices = list.ExitCode != 0 ? [] :
        [
            .. list.Output.Split('\n').Where(line => line.StartsWith("GPU ", StringComparison.Ordinal))
                .Select((line, at) => int.TryParse(line.Substring(4).Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : at),
        ];
        return indices.Length > 0 ? (indices, null)
            : ([], list.ExitCode == GuestNvidiaSmi.NotFound ? "nvidia-smi is not there, so NVIDIA's driver is not installed." : FlexDirectText.Complaint(list.Output + "\n" + list.Error) is { Length: > 0 } said ? said : null);
    }

    /// <summary>Asks for all processes with all of their words. busybox's ps writes lines as long as they are, and knows no option for that.</summary>
    public const string ProcessesQuestion = "ps -e -ww -o pid,args 2>/dev/null || ps -e -o pid,args";

    /// <summary>The schedulers that run, whoever started them.</summary>
    public async Task<IReadOnlyList<SchedulerProcess>> ReadSchedulersAsync(CancellationToken cancellationToken) =>
        SchedulerProcess.Read((await AskAsync(ProcessesQuestion, cancellationToken).ConfigureAwait(false)).Output);

    /// <summary>What a scheduler that we started said; null when there is no log of it.</summary>
    public async Task<string?> ReadLogAsync(int port, CancellationToken cancellationToken) => await ReadTextAsync(SchedulerUnit.LogFor(port), cancellationToken).ConfigureAwait(false) is { } text
        ? string.Join("\n", text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).Take(TailOfLog))
        : null;

    /// <summary>The file of the service for a port; null when there is none.</summary>
    public Task<string?> ReadUnitAsync(int port, CancellationToken cancellationToken) => ReadTextAsync(SchedulerUnit.PathFor(port), cancellationToken);

    /// <summary>Whether systemd runs the guest's services.</summary>
    public async Task<bool> HasSystemdAsync(CancellationToken cancellationToken) =>
        (await AskAsync("test -d /run/systemd/system && command -v systemctl", cancellationToken).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>Whether the service of a port runs.</summary>
    public async Task<bool> IsServiceActiveAsync(int port, CancellationToken cancellationToken) =>
        (await AskAsync("systemctl is-active " + SchedulerUnit.NameFor(port), cancellationToken).ConfigureAwait(false)).Output.Trim() == "active";

    /// <summary>The ports for which a service of ours is there, running or not.</summary>
    public async Task<IReadOnlyList<int>> ReadServicePortsAsync(CancellationToken cancellationToken)
    {
        string prefix = SchedulerUnit.Folder + SchedulerUnit.NameFor(FlexDirectAddress.DefaultPort);
        ShellResult list = await AskAsync("ls " + prefix + "*.service 2>/dev/null", cancellationToken).ConfigureAwait(false);
        List<int> ports = [];
        foreach (string path in list.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith(prefix, StringComparison.Ordinal)))
        {
            string rest = path.Substring(prefix.Length).Replace(".service", string.Empty).TrimStart('-');
            int port = rest.Length == 0 ? FlexDirectAddress.DefaultPort : int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
            if (port > 0 && SchedulerUnit.IsOurs(await ReadUnitAsync(port, cancellationToken).ConfigureAwait(false)))
            {
                ports.Add(port);
            }
        }

        return ports;
    }

    /// <summary>The file in which this guest names its servers, and its text; null text when it is not there yet.</summary>
    /// <param name="program">The program; null when it is not installed.</param>
    /// <param name="path">The file that was named; null for the one that the program reads.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<(string Path, string? Text)> ReadServersAsync(FlexDirectProgram? program, string? path, CancellationToken cancellationToken)
    {
        string[] candidates = path is not null ? [path] : program is { IsLater: true } ? [await HomeAsync(cancellationToken).ConfigureAwait(false) + OwnServers, SystemServers] : [SystemServers];
        foreach (string candidate in candidates)
        {
            if (await ReadTextAsync(candidate, cancellationToken).ConfigureAwait(false) is { } text)
            {
                return (candidate, text);
            }
        }

        return (candidates[0], null);
    }

    /// <summary>Writes the servers, with the folder when it is not there.</summary>
    /// <exception cref="GpuVSphereException">FlexDirectFailed: the folder could not be made. GuestFileFailed.</exception>
    public async Task WriteServersAsync(string path, string text, bool isNew, CancellationToken cancellationToken)
    {
        string folder = path.Substring(0, Math.Max(1, path.LastIndexOf('/')));
        bool isOwn = folder.StartsWith(await HomeAsync(cancellationToken).ConfigureAwait(false) + "/", StringComparison.Ordinal);
        await RequireAsync(new GuestCommand(RemoteQuoting.Join(["mkdir", "-p", folder])) { AsRoot = !isOwn }, "making the folder " + folder, cancellationToken).ConfigureAwait(false);
        await WriteTextAsync(path, text, isNew ? new GuestFileOptions { Mode = "0644", Owner = isOwn ? shell.UserName : "root" } : GuestFileOptions.Default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a text file.</summary>
    public async Task WriteTextAsync(string path, string text, GuestFileOptions options, CancellationToken cancellationToken)
    {
        byte[] bytes = new UTF8Encoding(false).GetBytes(text);
        using MemoryStream content = new(bytes);
        await shell.WriteFileAsync(path, content, bytes.Length, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a command that has to succeed.</summary>
    /// <exception cref="GpuVSphereException">FlexDirectFailed: it did not.</exception>
    public async Task<ShellResult> RequireAsync(GuestCommand command, string doing, CancellationToken cancellationToken)
    {
        ShellResult result = await shell.RunAsync(command, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result : throw FlexDirectTrouble.Failed(result, doing, vmName);
    }

    private Task<ShellResult> AskAsync(string command, CancellationToken cancellationToken) => shell.RunAsync(new GuestCommand(command) { Timeout = s_patience }, cancellationToken);

    private async Task<string> HomeAsync(CancellationToken cancellationToken)
    {
        // The variable is not set for every way into a guest.
        ShellResult entry = await AskAsync(RemoteQuoting.Join(["getent", "passwd", shell.UserName]), cancellationToken).ConfigureAwait(false);
        string[] fields = entry.Output.Trim().Split(':');
        return fields.Length > 5 && fields[5].StartsWith("/", StringComparison.Ordinal) ? fields[5].TrimEnd('/') : throw new GpuVSphereException(
            "GuestHomeUnknown", GpuErrorCategory.InvalidState, $"{vmName} does not tell the home folder of {shell.UserName}.", vmName, "Name the file with -Path.");
    }

    private async Task<string?> ReadTextAsync(string path, CancellationToken cancellationToken) =>
        await shell.ReadFileAsync(path, cancellationToken).ConfigureAwait(false) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
