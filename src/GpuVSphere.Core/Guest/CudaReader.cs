using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.GuestOs;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Reads what a guest has of CUDA.</summary>
internal static class CudaReader
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);
    private static readonly Regex s_compiler = new(@"release \d+\.\d+, V(?<version>\d+\.\d+\.\d+)", RegexOptions.CultureInvariant);
    private static readonly Regex s_json = new(@"""cuda""\s*:\s*\{[^}]*""version""\s*:\s*""(?<version>\d+\.\d+\.\d+)""", RegexOptions.CultureInvariant);
    private static readonly Regex s_text = new(@"^CUDA Version (?<version>\d+\.\d+\.\d+)", RegexOptions.CultureInvariant | RegexOptions.Multiline);
    private static readonly Regex s_patch = new(@"^CUDA Patch Version (?<version>\d+\.\d+(\.\d+)?)\.(?<patch>\d+)\s*$", RegexOptions.CultureInvariant | RegexOptions.Multiline);

    /// <summary>Reads everything that bears on a wish.</summary>
    /// <exception cref="GpuVSphereException">Those of <see cref="IGuestShell"/>.</exception>
    public static async Task<CudaGuest> ReadAsync(IGuestShell shell, GuestSystem system, string vm, CudaWish wish, CancellationToken cancellationToken)
    {
        GuestSmi smi = await GuestSmi.ReadAsync(shell, vm, cancellationToken).ConfigureAwait(false);
        CudaGuest guest = new()
        {
            Family = shell.Family,
            Driver = smi.Driver,
            DriverTrouble = smi.Trouble,
            Distribution = $"{system.DistributionId} {system.VersionId}".Trim(),
            PackageManager = system.Packages == GuestPackageManager.None ? null : system.Packages.ToString().ToLowerInvariant(),
        };
        return shell.Family == GuestFamily.Windows ? await CudaWindows.ReadAsync(shell, guest, wish.Version!, cancellationToken).ConfigureAwait(false)
            : wish.Method == CudaMethod.Container
            ? await ReadContainersAsync(shell, guest, wish.Image!, cancellationToken).ConfigureAwait(false)
            : await ReadToolkitsAsync(shell, guest, wish, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The toolkits in what <see cref="ToolkitsCommand"/> wrote, with the patches that each lists.</summary>
    public static IReadOnlyList<(CudaVersion Version, IReadOnlyList<int> Patches)> Toolkits(string output)
    {
        List<(CudaVersion, IReadOnlyList<int>)> toolkits = [];
        foreach (string part in Regex.Split(output, "^toolkit ", RegexOptions.Multiline).Skip(1))
        {
            // From 11 on the compiler's number is its own, and that of the toolkit is in version.json alone.
            CudaVersion? version = Of(s_json) ?? (Of(s_text) ?? Of(s_compiler)) switch
            {
                { Major: >= 11 } late => late with { Patch = null },
                var early => early,
            };
            if (version is not null)
            {
                toolkits.Add((version, [.. s_patch.Matches(part).Cast<Match>().Select(match => int.Parse(match.Groups["patch"].Value, NumberStyles.None, CultureInfo.InvariantCulture))]));
            }

            CudaVersion? Of(Regex regex) => regex.Match(part) is { Success: true } match ? CudaVersion.TryParse(match.Groups["version"].Value) : null;
        }

        return toolkits;
    }

    /// <summary>Writes of each toolkit its compiler's version and its own.</summary>
    public const string ToolkitsCommand =
        "for d in /usr/local/cuda-*; do [ -x \"$d/bin/nvcc\" ] && { echo \"toolkit $d\"; \"$d/bin/nvcc\" --version; cat \"$d/version.json\" \"$d/version.txt\" 2>/dev/null; }; done; true";

    private static async Task<CudaGuest> ReadToolkitsAsync(IGuestShell shell, CudaGuest guest, CudaWish wish, CancellationToken cancellationToken)
    {
        CudaVersion wanted = wish.Version!;
        IReadOnlyList<(CudaVersion Version, IReadOnlyList<int> Patches)> toolkits = Toolkits((await RunAsync(shell, ToolkitsCommand, cancellationToken).ConfigureAwait(false)).Output);
        string samples = CudaPlanner.SamplesOf(wanted, wish.SamplesFolder ?? CudaToolkitIntents.DefaultSamplesFolder);
        string package = CudaPlanner.PackageOf(wanted);
        string offered = guest.PackageManager switch
        {
            "apt" => "apt-cache policy " + package,
            "dnf" or "yum" => guest.PackageManager + " -q list available " + package,
            "zypper" => "zypper --non-interactive info " + package,
            _ => "true",
        };
        string probe = $"[ -e {CudaPlanner.LinkPath} ] && echo link $(readlink -f {CudaPlanner.LinkPath}); [ -d {RemoteQuoting.Quote(samples)} ] && echo samples; "
            + $"command -v gcc >/dev/null && command -v make >/dev/null && echo compiler; echo offer; {offered} 2>/dev/null; true";
        string[] said = [.. (await RunAsync(shell, probe, cancellationToken).ConfigureAwait(false)).Output.Split('\n').Select(line => line.Trim())];
        return guest with
        {
            Toolkits = [.. toolkits.Select(toolkit => toolkit.Version)],
            Patches = [.. toolkits.Where(toolkit => toolkit.Version.IsMinorOf(wanted)).SelectMany(toolkit => toolkit.Patches)],
            Link = said.FirstOrDefault(line => line.StartsWith("link ", StringComparison.Ordinal))?.Substring(5),
            HasSamples = said.Contains("samples"),
            HasCompiler = said.Contains("compiler"),
            PackageOffered = Offer(said.SkipWhile(line => line != "offer").Skip(1), package),
        };
    }

    // apt says "Candidate: 12.4.1-1" or "(none)"; dnf and yum have a line with the name, the version and the repository; zypper "Version : 12.4.1-1".
    private static string? Offer(IEnumerable<string> lines, string package)
    {
        foreach (string line in lines)
        {
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && (words[0] == "Candidate:" || (words[0] == "Version" && words[1] == ":")))
            {
                string version = words[words.Length - 1];
                return version == "(none)" ? null : version;
            }

            if (words.Length >= 2 && words[0].Split('.')[0] == package)
            {
                return words[1];
            }
        }

        return null;
    }

    private static async Task<CudaGuest> ReadContainersAsync(IGuestShell shell, CudaGuest guest, string image, CancellationToken cancellationToken)
    {
        string names = "docker.io docker-ce moby-engine docker nvidia-container-toolkit nvidia-docker2 nvidia-container-runtime";
        string offered = guest.PackageManager switch
        {
            "apt" => $"for p in {names}; do apt-cache policy $p | grep Candidate: | grep -v none >/dev/null && echo package $p; done",
            "dnf" or "yum" => $"for p in {names}; do {guest.PackageManager} -q list available $p >/dev/null 2>&1 && echo package $p; done",
            "zypper" => $"for p in {names}; do zypper --non-interactive info $p | grep Version >/dev/null && echo package $p; done",
            _ => "true",
        };
        string probe = "docker version >/dev/null 2>&1 && echo docker; (command -v nvidia-ctk || command -v nvidia-container-runtime) >/dev/null 2>&1 && echo toolkit; "
            + "docker info 2>/dev/null | grep Runtimes: | grep -w nvidia >/dev/null && echo runtime; "
            + $"docker image inspect {RemoteQuoting.Quote(image)} >/dev/null 2>&1 && {ContainerCheck(image)} >/dev/null 2>&1 && echo answers; {offered}; true";
        string[] said = [.. (await RunAsync(shell, probe, cancellationToken).ConfigureAwait(false)).Output.Split('\n').Select(line => line.Trim())];
        return guest with
        {
            HasDocker = said.Contains("docker"),
            HasContainerToolkit = said.Contains("toolkit"),
            HasRuntime = said.Contains("runtime"),
            ContainerAnswers = said.Contains("answers"),
            ContainerPackages = [.. said.Where(line => line.StartsWith("package ", StringComparison.Ordinal)).Select(line => line.Substring(8))],
        };
    }

    /// <summary>Runs nvidia-smi in a container of an image, by the runtime that is asked for by name: docker knows that before it knew --gpus.</summary>
    public static string ContainerCheck(string image) => "docker run --rm --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=all " + RemoteQuoting.Quote(image) + " nvidia-smi";

    private static Task<ShellResult> RunAsync(IGuestShell shell, string line, CancellationToken cancellationToken) =>
        shell.RunAsync(new GuestCommand(line) { AsRoot = true, Timeout = s_timeout }, cancellationToken);
}
