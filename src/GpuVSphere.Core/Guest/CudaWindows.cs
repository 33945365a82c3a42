using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>CUDA in a Windows guest: where it is, and how it is read. The folder and CUDA_PATH are those of NVIDIA's CUDA Installation Guide for Microsoft Windows.</summary>
internal static class CudaWindows
{
    /// <summary>Where the setup puts toolkits, each into a folder of its own.</summary>
    public const string Root = @"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA";

    /// <summary>The variable that leads to the toolkit in use. The setup sets it to what it installed.</summary>
    public const string PathVariable = "CUDA_PATH";

    /// <summary>The key of the system's variables.</summary>
    public const string EnvironmentKey = @"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);
    private static readonly Regex s_value = new(@"^\s+(?<name>\S+)\s+REG_\w+\s+(?<value>.*)$", RegexOptions.CultureInvariant);

    /// <summary>The folder of a toolkit.</summary>
    public static string FolderOf(CudaVersion version) => Root + @"\v" + version.MinorText;

    /// <summary>Where CUDA_PATH leads for programs that start after the next sign-in; null when it is not set.</summary>
    public static async Task<string?> PathAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(shell, ["reg.exe", "query", EnvironmentKey], cancellationToken).ConfigureAwait(false);
        return result.Output.Split('\n').Select(line => s_value.Match(line.TrimEnd('\r')))
            .Where(match => match.Success && string.Equals(match.Groups["name"].Value, PathVariable, StringComparison.OrdinalIgnoreCase))
            .Select(match => match.Groups["value"].Value.Trim().TrimEnd('\\'))
            .FirstOrDefault(value => value.Length > 0);
    }

    /// <summary>The files of some names in a folder and below it; none when there is no such folder.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(IGuestShell shell, string folder, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        // It ends with 1 when it finds nothing, or not all of it.
        ShellResult found = await RunAsync(shell, ["where.exe", "/R", folder, .. names], cancellationToken).ConfigureAwait(false);
        return [.. found.Output.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 3 && line[1] == ':')];
    }

    /// <summary>What the compiler of a toolkit says of itself; null where there is none.</summary>
    public static async Task<string?> CompilerAsync(IGuestShell shell, string folder, CancellationToken cancellationToken)
    {
        ShellResult compiler = await RunAsync(shell, [folder + @"\bin\nvcc.exe", "--version"], cancellationToken).ConfigureAwait(false);
        return compiler.ExitCode == 0 ? compiler.Output : null;
    }

    /// <summary>Reads everything that bears on a wish.</summary>
    /// <exception cref="GpuVSphereException">Those of <see cref="IGuestShell"/>.</exception>
    public static async Task<CudaGuest> ReadAsync(IGuestShell shell, CudaGuest guest, CudaVersion wanted, CancellationToken cancellationToken)
    {
        string folder = FolderOf(wanted);
        string? compiler = await CompilerAsync(shell, folder, cancellationToken).ConfigureAwait(false);
        guest = guest with { Link = await PathAsync(shell, cancellationToken).ConfigureAwait(false) };
        if (compiler is null)
        {
            return guest;
        }

        StringBuilder text = new("toolkit " + folder + "\n" + compiler + "\n");
        foreach (string file in new[] { "version.json", "version.txt" })
        {
            text.Append(Encoding.UTF8.GetString(await shell.ReadFileAsync(folder + "\\" + file, cancellationToken).ConfigureAwait(false) ?? [])).Append('\n');
        }

        IReadOnlyList<(CudaVersion Version, IReadOnlyList<int> Patches)> toolkits = CudaReader.Toolkits(text.ToString().Replace("\r", string.Empty));
        return guest with
        {
            Toolkits = [.. toolkits.Select(toolkit => toolkit.Version)],
            Patches = [.. toolkits.SelectMany(toolkit => toolkit.Patches)],
            Demos = await FindAsync(shell, folder, ["deviceQuery.exe", "vectorAdd.exe"], cancellationToken).ConfigureAwait(false),
        };
    }

    private static Task<ShellResult> RunAsync(IGuestShell shell, IEnumerable<string> words, CancellationToken cancellationToken) =>
        shell.RunAsync(new GuestCommand(WindowsQuoting.Join(words)) { Timeout = s_timeout }, cancellationToken);
}
