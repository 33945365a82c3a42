using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// Brings CUDA into a Windows guest by NVIDIA's setup, and proves that it is there. What goes wrong is one of CudaInstallFailed, CudaSubpackageUnknown,
/// CudaPatchFailed, CudaNotSeen, DeviceQueryFailed, VectorAddFailed.
/// </summary>
internal sealed class CudaSetup(CudaGuest guest, CudaWish wish, CudaPlan plan)
{
    // Reported of setups that were given parts which they do not have (Jimver/cuda-toolkit#388).
    private const int UnknownPart = unchecked((int)0xE0E00019);

    // ERROR_INSTALL_FAILURE of Windows Installer; reported of a setup that could not install one of its packages (Jimver/cuda-toolkit#263).
    private const int InstallerFailed = unchecked((int)0x80070643);

    // What NVIDIA's setup of drivers means by 1. Of CUDA's nothing is written; what is true is read afterwards.
    private const int WantsRestart = 1;

    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    private CudaVersion Version => wish.Version!;

    private string Folder => CudaWindows.FolderOf(Version);

    /// <summary>Gives a proposal the steps, and how the result is read back.</summary>
    public void AddTo(GuestProposal proposal)
    {
        if (plan.Installs || plan.Patches.Count > 0)
        {
            proposal.Step("installing CUDA " + Version, (run, stop) => CudaUpload.UseAsync(run, upload => RunAsync(run, upload, stop), stop));
        }

        if (plan.Links || (plan.Installs && guest.Link is not null))
        {
            proposal.Step("setting " + CudaWindows.PathVariable, SetPathAsync);
        }

        proposal.Verify = ProveAsync;
    }

    private string? WantedPath => wish.IsLinked ? Folder : guest.Link;

    private async Task RunAsync(GuestRun run, CudaUpload upload, CancellationToken cancellationToken)
    {
        // Setups of 8 to 11 are run with -noreboot by those who automate them, those of 12 and later with -n.
        string noRestart = Version.Major < 12 ? "-noreboot" : "-n";
        if (plan.Installs)
        {
            string path = await upload.BringAsync(wish.File!, cancellationToken).ConfigureAwait(false);
            run.Progress("installing CUDA " + Version);
            await RunAsync(run, [path, "-s", .. CudaSubpackages.Words(plan.Subpackages, Version), noRestart], "CudaInstallFailed", $"CUDA {Version} could not be installed", cancellationToken).ConfigureAwait(false);
        }

        foreach (string patch in plan.Patches)
        {
            string path = await upload.BringAsync(patch, cancellationToken).ConfigureAwait(false);
            string name = CudaPackageName.Read(patch)!.FileName;
            run.Progress("applying " + name);
            await RunAsync(run, [path, "-s", noRestart], "CudaPatchFailed", $"{name} could not be applied", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(GuestRun run, IReadOnlyList<string> words, string errorId, string what, CancellationToken cancellationToken)
    {
        string line = WindowsQuoting.Join(words);
        run.Verbose(line);
        ShellResult result = await run.Shell.RunAsync(new GuestCommand(line) { Timeout = s_long, OnOutput = run.Verbose }, cancellationToken).ConfigureAwait(false);
        switch (result.ExitCode)
        {
            case 0:
                return;
            case WantsRestart:
                run.Warning("the setup ended with 1, by which NVIDIA's setups ask for a restart. Restart the guest when it suits.");
                return;
            default:
                throw Failed(run, result, errorId, what);
        }
    }

    private GpuVSphereException Failed(GuestRun run, ShellResult result, string errorId, string what)
    {
        string code = "it ended with 0x" + result.ExitCode.ToString("X8", CultureInfo.InvariantCulture);
        string said = GuestAsk.Said(result);
        bool isNetwork = wish.File is { } file && CudaPackageName.Read(file)?.Kind == CudaPackageKind.WindowsNetworkSetup && errorId == "CudaInstallFailed";
        (string id, string seen, string nextStep) = result.ExitCode switch
        {
            UnknownPart when errorId == "CudaInstallFailed" => (
                "CudaSubpackageUnknown",
                $"{code}, which is reported of parts that a setup does not have; it was given {string.Join(", ", CudaSubpackages.Words(plan.Subpackages, Version))}",
                $"Name the parts that it has with -Subpackage: NVIDIA's CUDA Installation Guide for Microsoft Windows of CUDA {Version.MinorText} lists them."),
            InstallerFailed => (errorId, $"{code}: Windows Installer failed", "Wait until Windows Update is done, which makes it fail when it runs at the same time; restart the guest, and run the same command again."),
            _ when isNetwork => (errorId, code, "This setup downloads in the guest what it installs. Where the guest has no internet access, take the full one: cuda_<version>_<driver>_windows.exe"),
            _ => (errorId, code, "Windows Update that runs at the same time makes it fail, and so does a full drive C. Run the setup in the guest by hand to see what it says."),
        };
        return new GpuVSphereException(id, GpuErrorCategory.OperationFailed, $"{run.Target.Name}: {what}: {seen}{(said.Length > 0 ? ": " + said : ".")}", run.Target.Name, nextStep);
    }

    // The setup has set it to what it installed; it is set where that is not what is wanted, or where nothing was installed.
    private async Task SetPathAsync(GuestRun run, CancellationToken cancellationToken)
    {
        string wanted = WantedPath!;
        if (IsSame(await CudaWindows.PathAsync(run.Shell, cancellationToken).ConfigureAwait(false), wanted))
        {
            return;
        }

        await run.RunAsync(
            $"{CudaWindows.PathVariable} could not be set",
            new GuestCommand(WindowsQuoting.Join(["reg.exe", "add", CudaWindows.EnvironmentKey, "/v", CudaWindows.PathVariable, "/t", "REG_SZ", "/d", wanted, "/f"])) { Timeout = s_short },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The toolkit, CUDA_PATH and the driver read back; then deviceQuery and vectorAdd, where the setup brought them.</summary>
    private async Task<GuestOutcome> ProveAsync(GuestRun run, CancellationToken cancellationToken)
    {
        CudaGuest now = await CudaReader.ReadAsync(run.Shell, run.System, run.Target.Name, wish, cancellationToken).ConfigureAwait(false);
        CudaVersion? seen = now.Installed(Version);
        if (seen is null || (plan.Installs && Version.Patch is not null && seen.Patch is not null && seen.CompareTo(Version) != 0))
        {
            throw new GpuVSphereException(
                "CudaNotSeen",
                GpuErrorCategory.OperationFailed,
                $@"The setup succeeded in {run.Target.Name}, and {(seen is null ? $@"{Folder}\bin\nvcc.exe does not answer" : $"{Folder} has CUDA {seen}")}.",
                run.Target.Name,
                "Windows Update that runs at the same time makes it fail. Run the setup in the guest by hand to see what it says.");
        }

        string? path = WantedPath;
        if (path is not null && !IsSame(now.Link, path))
        {
            throw new GpuVSphereException(
                "CudaNotSeen",
                GpuErrorCategory.OperationFailed,
                $"CUDA {seen} is in {Folder} of {run.Target.Name}, and {CudaWindows.PathVariable} is {now.Link ?? "not set"}, not {path}.",
                run.Target.Name,
                $"Set it in the guest: setx {CudaWindows.PathVariable} \"{path}\" /M");
        }

        if (guest.Driver is { } before && now.Driver != before)
        {
            run.Warning($"the driver was {before} and is {now.Driver?.ToString() ?? now.DriverTrouble?.Message ?? "not seen"} now, though the setup was not asked for one. Test-GpuGuest shows whether it works.");
        }

        int[] unseen = [.. plan.Patches.Select(file => CudaPackageName.Read(file)!.Patch!.Value).Where(patch => !now.Patches.Contains(patch))];
        string text = $"CUDA {seen} is in {Folder}"
            + (now.Patches.Count > 0 ? " with patches " + string.Join(", ", now.Patches.OrderBy(patch => patch)) : string.Empty)
            + (unseen.Length > 0 ? $"; patch {string.Join(", ", unseen)} was applied and is not listed in its version.txt" : string.Empty);
        return GuestOutcome.Done(wish.SamplesFolder is null ? text : text + await DemosAsync(run, now.Demos, cancellationToken).ConfigureAwait(false));
    }

    private async Task<string> DemosAsync(GuestRun run, IReadOnlyList<string> demos, CancellationToken cancellationToken)
    {
        string words = string.Empty;
        foreach (string name in new[] { "deviceQuery", "vectorAdd" })
        {
            if (demos.FirstOrDefault(path => path.EndsWith($@"\{name}.exe", StringComparison.OrdinalIgnoreCase)) is not { } program)
            {
                continue;
            }

            run.Progress("running " + name);
            CudaSample read = CudaSample.Read(await run.Shell.RunAsync(new GuestCommand(WindowsQuoting.Join([program])) { Timeout = s_short }, cancellationToken).ConfigureAwait(false));
            if (read is { HasPassed: false, SeesNoDevice: true })
            {
                // VMware Tools run programs outside of a desktop's session, where a GPU with a display driver (WDDM) is reported not to be served.
                run.Warning($"{name} sees no GPU when VMware Tools run it: {read.Seen} Run {program} in a session of the guest; Test-GpuGuest shows what else is wrong.");
                continue;
            }

            if (!read.HasPassed)
            {
                throw new GpuVSphereException(
                    name == "deviceQuery" ? "DeviceQueryFailed" : "VectorAddFailed",
                    GpuErrorCategory.OperationFailed,
                    $"CUDA {wish.Version} is installed in {run.Target.Name}, and {name} fails: {read.Seen}",
                    run.Target.Name,
                    read.IsDriverTooOld ? "Install a newer guest driver, or an earlier toolkit: the driver is too old for it." : $"Test-GpuGuest -VM {Typed.Name(run.Target.Name)} shows what is wrong with the GPU.");
            }

            words += $"; {name}: {read.Seen}";
        }

        return words;
    }

    private static bool IsSame(string? one, string? other) => string.Equals(one?.TrimEnd('\\'), other?.TrimEnd('\\'), StringComparison.OrdinalIgnoreCase);
}
