using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// Finds CUDA's samples deviceQuery and vectorAdd in a guest, and runs them as the login's user: what lies in a home folder is not run as root. On Windows
/// they are found as programs only, which NVIDIA's setup brings (extras\demo_suite): their sources need Visual Studio.
/// </summary>
internal static class CudaSampleReader
{
    // Where toolkits of all ages put them: extras/demo_suite, samples/bin, samples/1_Utilities (later Samples/1_Utilities), the installer's copy in a home folder.
    private const string Places = "/usr/local/cuda/extras /usr/local/cuda/samples /usr/local/src/NVIDIA_CUDA-*_Samples \"$HOME\"/NVIDIA_CUDA-*_Samples \"$HOME\"/cuda-samples /usr/share/doc/cuda-samples";

    private static readonly TimeSpan s_run = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_build = TimeSpan.FromMinutes(10);

    /// <summary>Reads the toolkit and runs the samples.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="state">What is known.</param>
    /// <param name="samplePath">The folder to look in; null for the usual ones.</param>
    /// <param name="builds">Whether samples that are there as sources are built first; in Linux guests.</param>
    /// <param name="tell">Takes what is done.</param>
    /// <param name="cancellationToken">Ends a sample that runs.</param>
    public static async Task<GuestGpuState> ReadAsync(
        IGuestShell shell, GuestGpuState state, string? samplePath, bool builds, Action<string> tell, CancellationToken cancellationToken)
    {
        GuestAsk ask = new(shell);
        if (shell.Family == GuestFamily.Windows)
        {
            return await ReadWindowsAsync(ask, shell, state, samplePath, tell, cancellationToken).ConfigureAwait(false);
        }

        string? toolkit = await ask.LineAsync("/usr/local/cuda/bin/nvcc --version | grep release", cancellationToken).ConfigureAwait(false);
        string places = samplePath is null ? Places : RemoteQuoting.Quote(samplePath);
        ShellResult found = await ask.RunAsync($"find -L {places} -maxdepth 7 -name deviceQuery -o -name vectorAdd 2>/dev/null; true", cancellationToken).ConfigureAwait(false);
        string[] paths = GuestAsk.Lines(found.Output);
        Dictionary<string, string> unbuilt = new(StringComparer.Ordinal);
        CudaSample? deviceQuery = await RunAsync(ask, "deviceQuery", paths, builds, unbuilt, tell, cancellationToken).ConfigureAwait(false);
        CudaSample? vectorAdd = await RunAsync(ask, "vectorAdd", paths, builds, unbuilt, tell, cancellationToken).ConfigureAwait(false);
        return state with { Toolkit = Release(toolkit), DeviceQuery = deviceQuery, VectorAdd = vectorAdd, Unbuilt = unbuilt };
    }

    private static async Task<GuestGpuState> ReadWindowsAsync(
        GuestAsk ask, IGuestShell shell, GuestGpuState state, string? samplePath, Action<string> tell, CancellationToken cancellationToken)
    {
        string? folder = await CudaWindows.PathAsync(shell, cancellationToken).ConfigureAwait(false);
        string? compiler = folder is null ? null : await CudaWindows.CompilerAsync(shell, folder, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> found = await CudaWindows.FindAsync(shell, samplePath?.TrimEnd('\\') ?? CudaWindows.Root, ["deviceQuery.exe", "vectorAdd.exe"], cancellationToken).ConfigureAwait(false);

        // Of several toolkits the one in use.
        string[] paths = [.. found.OrderByDescending(path => folder is not null && path.StartsWith(folder + "\\", StringComparison.OrdinalIgnoreCase)).ThenByDescending(path => path, StringComparer.OrdinalIgnoreCase)];
        return state with
        {
            Toolkit = Release(compiler?.Split('\n').FirstOrDefault(line => line.IndexOf("release ", StringComparison.Ordinal) >= 0)),
            DeviceQuery = await RunThereAsync("deviceQuery").ConfigureAwait(false),
            VectorAdd = await RunThereAsync("vectorAdd").ConfigureAwait(false),
        };

        async Task<CudaSample?> RunThereAsync(string program)
        {
            if (paths.FirstOrDefault(path => path.EndsWith($@"\{program}.exe", StringComparison.OrdinalIgnoreCase)) is not { } path)
            {
                return null;
            }

            tell($"{path} is run.");
            return CudaSample.Read(await ask.RunAsync(WindowsQuoting.Join([path]), cancellationToken, s_run).ConfigureAwait(false));
        }
    }

    private static async Task<CudaSample?> RunAsync(
        GuestAsk ask, string program, string[] paths, bool builds, Dictionary<string, string> unbuilt, Action<string> tell, CancellationToken cancellationToken)
    {
        string[] mine = [.. paths.Where(path => path.EndsWith("/" + program, StringComparison.Ordinal)).Distinct()];
        foreach (string path in mine)
        {
            if (await ask.HoldsAsync($"test -f {RemoteQuoting.Quote(path)} && test -x {RemoteQuoting.Quote(path)}", cancellationToken).ConfigureAwait(false))
            {
                tell($"{path} is run.");
                return CudaSample.Read(await ask.RunAsync(RemoteQuoting.Quote(path), cancellationToken, s_run).ConfigureAwait(false));
            }
        }

        foreach (string folder in mine)
        {
            if (!await ask.HoldsAsync($"test -f {RemoteQuoting.Quote(folder + "/Makefile")}", cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            if (!builds)
            {
                unbuilt[program] = folder;
                return null;
            }

            tell($"{program} is built in {folder}.");

            // What the toolkit's installer put under /usr is root's; what a user has in his home folder is not run as root.
            string build = $"make -C {RemoteQuoting.Quote(folder)}";
            ShellResult make = folder.StartsWith("/usr/", StringComparison.Ordinal)
                ? await ask.RunAsRootAsync(build, cancellationToken, s_build).ConfigureAwait(false)
                : await ask.RunAsync(build, cancellationToken, s_build).ConfigureAwait(false);
            if (make.ExitCode != 0)
            {
                string last = GuestAsk.Lines(make.Output + "\n" + make.Error).LastOrDefault() ?? "it said nothing";
                return new CudaSample { HasPassed = false, Seen = $"it could not be built in {folder}: {last}" };
            }

            tell($"{folder}/{program} is run.");
            return CudaSample.Read(await ask.RunAsync(RemoteQuoting.Quote(folder + "/" + program), cancellationToken, s_run).ConfigureAwait(false));
        }

        return null;
    }

    // "Cuda compilation tools, release 9.1, V9.1.85"
    private static string? Release(string? line)
    {
        int at = line?.IndexOf("release ", StringComparison.Ordinal) ?? -1;
        return at < 0 ? null : line!.Substring(at + 8).Split(',')[0].Trim();
    }
}
