using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// Installs a driver in one guest, by the steps of a plan. What it stops it starts again, and what it uploads it removes, also after a failure or a stop.
/// </summary>
internal sealed class DriverRun(DriverWish wish, DriverGuest guest, DriverPlan plan)
{
    /// <summary>Our own file against nouveau.</summary>
    public const string NouveauFile = "/etc/modprobe.d/gpuvsphere-nouveau.conf";

    /// <summary>Its text.</summary>
    public const string Nouveau = "# NVIDIA's driver and nouveau cannot both drive a GPU.\nblacklist nouveau\noptions nouveau modeset=0\n";

    // The module is built in the guest, which takes minutes on a slow one.
    private static readonly TimeSpan s_install = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan s_initramfs = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_cleanUp = TimeSpan.FromMinutes(5);

    private DriverGuest _guest = guest;
    private DriverPlan _plan = plan;

    /// <summary>Adds the steps of the plan.</summary>
    public void AddTo(GuestProposal proposal)
    {
        AddPreparation(proposal, _plan);
        if (_plan.RebootsFirst)
        {
            // Without -Reboot the steps end here, and what is left is said when the guest is read back.
            if (!_plan.Installs && !_guest.HasNouveau && _guest.Gpu.LoadedVersion is null)
            {
                proposal.Step("loading the driver", LoadAsync);
            }

            if (wish.Reboots)
            {
                proposal.Step("restarting the guest", RestartAsync);
            }
        }
        else if (!_plan.Installs)
        {
            proposal.Step("loading the driver", LoadAsync);
        }

        if (_plan.Installs && (wish.Reboots || !_plan.RebootsFirst))
        {
            proposal.Step("installing " + wish.Package.Title, InstallAsync);
        }

        proposal.Verify = VerifyAsync;
    }

    private void AddPreparation(GuestProposal proposal, DriverPlan plan)
    {
        if (plan.UpgradesPackages)
        {
            proposal.Step("upgrading all packages", UpgradeAsync);
        }

        if (plan.Packages.Count > 0)
        {
            proposal.Step("installing " + string.Join(" ", plan.Packages), (run, stop) => PrerequisitesAsync(run, plan.Packages, stop));
        }

        if (plan.SilencesNouveau)
        {
            proposal.Step("keeping nouveau from being loaded", SilenceAsync);
        }

        if (plan.UnloadsNouveau)
        {
            proposal.Step("unloading nouveau", UnloadAsync);
        }
    }

    private bool IsRight => _guest.Works && _guest.Gpu.Running == wish.Package.Driver;

    private string Vm(GuestRun run) => run.Subject.Name;

    private Task UpgradeAsync(GuestRun run, CancellationToken cancellationToken) => ExplainedAsync(run, async () =>
    {
        await run.Packages.RefreshAsync(run.Verbose, cancellationToken).ConfigureAwait(false);
        await run.Packages.UpgradeAllAsync(run.Verbose, cancellationToken).ConfigureAwait(false);
    });

    private Task PrerequisitesAsync(GuestRun run, IReadOnlyList<string> packages, CancellationToken cancellationToken) => ExplainedAsync(run, async () =>
    {
        await run.Packages.RefreshAsync(run.Verbose, cancellationToken).ConfigureAwait(false);
        await run.Packages.InstallAsync(packages, run.Verbose, cancellationToken).ConfigureAwait(false);
    });

    // What a package manager said is worth an explanation of its own: a lock, a repository that cannot be reached, headers that it no longer has.
    private async Task ExplainedAsync(GuestRun run, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (GpuVSphereException error) when (error.Id == "GuestCommandFailed")
        {
            GpuVSphereException explained = InstallerTrouble.Explain(wish.Package.Name, Vm(run), new ShellResult(1, string.Empty, error.Message), string.Empty, KernelLog.Read(string.Empty));
            throw explained.Id == "GuestInstallFailed" ? error : explained;
        }
    }

    private static async Task SilenceAsync(GuestRun run, CancellationToken cancellationToken)
    {
        using MemoryStream content = new(Encoding.ASCII.GetBytes(Nouveau));
        await run.Shell.WriteFileAsync(NouveauFile, content, content.Length, new GuestFileOptions { Mode = "0644", Owner = "root" }, cancellationToken).ConfigureAwait(false);
        run.Verbose($"nouveau is on the blacklist in {NouveauFile}.");

        await RebuildStartAsync(run, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Builds the image that the kernel starts from anew: it holds nouveau, and what is said of it, as well.</summary>
    public static Task RebuildStartAsync(GuestRun run, CancellationToken cancellationToken) => run.RunAsync(
        "The image of the start (initramfs) could not be built anew",
        Root(run.System.Packages == GuestPackageManager.Apt ? "update-initramfs -u" : "dracut --force", s_initramfs),
        cancellationToken);

    private async Task UnloadAsync(GuestRun run, CancellationToken cancellationToken)
    {
        ShellResult result = await run.Shell.RunAsync(Root("modprobe -r nouveau", s_short), cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == 0)
        {
            run.Verbose("nouveau was unloaded: nothing used it.");
        }
        else if (wish.Reboots)
        {
            // It came into use since it was looked at.
            await RestartAsync(run, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            throw new GpuVSphereException(
                "NouveauLoaded",
                GpuErrorCategory.ResourceBusy,
                $"nouveau could not be unloaded in {Vm(run)}: {GuestCommands.LastWords(result)}",
                Vm(run),
                "Run the same command with -Reboot: nouveau is on the blacklist now, and is gone after a restart of the guest.");
        }
    }

    private async Task RestartAsync(GuestRun run, CancellationToken cancellationToken)
    {
        await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        if (!_plan.Installs && IsRight)
        {
            return;
        }

        await run.RebootAsync(cancellationToken).ConfigureAwait(false);
        await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        if (_guest.HasNouveau)
        {
            throw new GpuVSphereException(
                "NouveauLoaded",
                GpuErrorCategory.OperationFailed,
                $"nouveau is loaded in {Vm(run)} although it is on the blacklist and the guest was restarted.",
                Vm(run),
                "Add rd.driver.blacklist=nouveau modprobe.blacklist=nouveau to the kernel's command line, restart the guest, and run the same command again.");
        }

        // Behind the restart the state is another: another kernel may run, for which headers are missing, and a display manager.
        bool installs = _plan.Installs;
        _plan = DriverPlanner.Plan(_guest, wish with { UpgradesPackages = false });
        if (installs && _plan.Packages.Count > 0)
        {
            foreach (string package in _plan.Packages)
            {
                run.Note(DriverUndo.Prerequisite(package));
            }

            await PrerequisitesAsync(run, _plan.Packages, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task InstallAsync(GuestRun run, CancellationToken cancellationToken)
    {
        DriverUpload upload = new(run, wish);
        List<string> putBack = [];
        List<string> stopped = [];
        try
        {
            await upload.BringAsync(cancellationToken).ConfigureAwait(false);
            await EndAsync(run, cancellationToken).ConfigureAwait(false);
            foreach (string unit in Stopped)
            {
                run.Progress("stopping " + unit);
                stopped.Add(unit);
                await run.Services.StopAsync(unit, cancellationToken).ConfigureAwait(false);
            }

            run.Progress("installing " + wish.Package.Title);
            await SetUpAsync(run, upload, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException error)
        {
            await CleanUpAsync(run, upload, stopped, putBack).ConfigureAwait(false);
            throw putBack.Count == 0 ? error : new GpuVSphereException(error.Id, error.Category, $"{error.Message} {string.Join(" ", putBack)}", error.Target, error.NextStep, error);
        }
        catch (Exception)
        {
            await CleanUpAsync(run, upload, stopped, putBack).ConfigureAwait(false);
            throw;
        }

        await CleanUpAsync(run, upload, stopped, putBack).ConfigureAwait(false);
    }

    private async Task SetUpAsync(GuestRun run, DriverUpload upload, CancellationToken cancellationToken)
    {
        bool isWindows = run.Shell.Family == GuestFamily.Windows;
        if (wish.Package.Form is GuestDriverForm.Deb or GuestDriverForm.Rpm)
        {
            await CamePackages.RecordAsync(
                run,
                DriverUndo.NameIn(wish.Package),
                () => ExplainedAsync(run, () => run.Packages.InstallAsync([upload.Path], line => Relay(run, line), cancellationToken)),
                cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // TMPDIR: the script unpacks itself there, and /tmp may be small. Whoever asked for this has accepted the licence.
            string command = isWindows ? WindowsQuoting.Join([upload.Path, "-s", "-noreboot", "-noeula"])
                : $"TMPDIR={RemoteQuoting.Quote(upload.Folder)} sh {RemoteQuoting.Quote(upload.Path)} --ui=none --no-questions --accept-license{(_plan.UsesDkms ? " --dkms" : string.Empty)}";
            GuestCommand installer = (isWindows ? new GuestCommand(command) { Timeout = s_install } : Root(command, s_install)) with { OnOutput = line => Relay(run, line) };
            run.Verbose(command);
            ShellResult result = await run.Shell.RunAsync(installer, cancellationToken).ConfigureAwait(false);

            // Windows' setup says by 1 that a restart is wanted; what is true is read afterwards.
            if (result.ExitCode != 0 && !(isWindows && result.ExitCode == 1))
            {
                throw await FailedAsync(run, result, cancellationToken).ConfigureAwait(false);
            }
        }

        if (!isWindows)
        {
            await LoadAsync(run, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<GpuVSphereException> FailedAsync(GuestRun run, ShellResult result, CancellationToken cancellationToken)
    {
        if (run.Shell.Family == GuestFamily.Windows)
        {
            return InstallerTrouble.Explain(wish.Package.Name, Vm(run), result, string.Empty, KernelLog.Read(string.Empty));
        }

        GuestAsk ask = new(run.Shell);
        ShellResult own = await ask.RunAsRootAsync(InstallerTrouble.LogCommand, cancellationToken).ConfigureAwait(false);
        ShellResult log = await ask.RunAsRootAsync(KernelLog.Command, cancellationToken).ConfigureAwait(false);
        return InstallerTrouble.Explain(wish.Package.Name, Vm(run), result, own.Output, KernelLog.Read(log.Output));
    }

    // What uses the GPU is looked up again: what was planned may have ended, and its number may be another program's by now.
    private async Task EndAsync(GuestRun run, CancellationToken cancellationToken)
    {
        if (_plan.Ends.Count == 0)
        {
            return;
        }

        await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        GpuProcess[] left = [.. DriverPlanner.Blocking(_guest).Where(process => _plan.Ends.Any(planned => planned.Id == process.Id && planned.Name == process.Name))];
        run.Progress($"ending {string.Join(", ", left.Select(process => process.ToString()))}");
        IReadOnlyList<int> stubborn = await GuestProcesses.EndAsync(run.Shell, [.. left.Select(process => process.Id)], run.Clock, cancellationToken).ConfigureAwait(false);
        if (stubborn.Count > 0)
        {
            throw new GpuVSphereException(
                "GuestProcessNotEnded",
                GpuErrorCategory.ResourceBusy,
                $"{string.Join(", ", left.Where(process => stubborn.Contains(process.Id)))} in {Vm(run)} did not end.",
                Vm(run),
                "Look at it in the guest, or restart the guest first.");
        }

        run.Verbose($"ended: {string.Join(", ", left.Select(process => process.ToString()))}.");
    }

    // The desktop before the daemons that serve it.
    private IEnumerable<string> Stopped => _plan.DisplayManager is { } manager ? [manager, .. _plan.Stops] : _plan.Stops;

    /// <summary>Removes the upload and starts what was stopped. It is tried whatever happened before, and warned of when it does not succeed.</summary>
    private static async Task CleanUpAsync(GuestRun run, DriverUpload upload, List<string> stopped, List<string> putBack)
    {
        using CancellationTokenSource limit = new(s_cleanUp);
        if (await upload.TakeAwayAsync().ConfigureAwait(false))
        {
            putBack.Add("The upload was removed.");
        }

        foreach (string unit in Enumerable.Reverse(stopped))
        {
            try
            {
                run.Progress("starting " + unit);
                await run.Services.StartAsync(unit, limit.Token).ConfigureAwait(false);
                if (await run.Services.IsActiveAsync(unit, limit.Token).ConfigureAwait(false))
                {
                    run.Verbose($"{unit} was started again.");
                    putBack.Add($"{unit} was started again.");
                    continue;
                }

                run.Warning($"{unit} was stopped for the installation, and does not run after it was started again. Look at it in the guest: systemctl status {unit}");
            }
            catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
            {
                run.Warning($"{unit} was stopped for the installation and could not be started again: {error.Message} Start it in the guest: systemctl start {unit}");
            }
        }
    }

    private async Task<GuestOutcome> VerifyAsync(GuestRun run, CancellationToken cancellationToken)
    {
        await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        if (!IsRight && IsWaiting)
        {
            if (!wish.Reboots)
            {
                return GuestOutcome.Pending(
                    _guest.HasNouveau && !DriverPlanner.IsThere(_guest, wish.Package)
                        ? $"nouveau is loaded until the guest of {Vm(run)} is restarted, and {wish.Package.Title} cannot be installed before. Run the same command with -Reboot, or restart the guest and run it again."
                        : $"{wish.Package.Title} is installed in {Vm(run)} and runs after a restart of the guest{(_guest.Gpu.LoadedVersion is { } old ? $"; until then {old} is loaded" : string.Empty)}. Run the same command with -Reboot, or restart it.");
            }

            await run.RebootAsync(cancellationToken).ConfigureAwait(false);
            await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        }

        return IsRight ? GuestOutcome.Done(Success()) : GuestOutcome.Failed(NotWorking(run));
    }

    // The driver is on the disk and another one is loaded, or none and the kernel does not say why, or Windows asks for a restart; or nouveau is in its place.
    // One that is loaded and finds no GPU, and one that the kernel refused, wait for nothing.
    private bool IsWaiting => _guest.HasNouveau
        || (_guest.Family == GuestFamily.Windows
            ? _guest.Gpu.Devices?.Any(gpu => gpu.ProblemCode == 14) == true
            : DriverPlanner.IsThere(_guest, wish.Package) && !DriverPlanner.IsLoaded(_guest, wish.Package)
                && (_guest.Gpu.LoadedVersion is not null || (_guest.Gpu.Log.SignatureRefused ?? _guest.Gpu.Log.UnassignedBar ?? _guest.Gpu.Log.NotSupported) is null));

    private string Success() =>
        $"nvidia-smi says: driver {_guest.Gpu.Smi!.DriverVersion}, {string.Join(", ", _guest.Gpu.Smi.Gpus.Select(gpu => gpu.Name))}."
        + (_guest.Gpu.HasVgpu ? " Without a licence a vGPU slows down after a while: Set-VgpuLicense." : string.Empty);

    private GpuVSphereException NotWorking(GuestRun run)
    {
        GuestGpuCheck[] wrong = [.. GuestGpuJudge.Judge(_guest.Gpu, VgpuCatalog.InUse).Where(check => check.Outcome == GuestCheckOutcome.Failed && check.Check is not ("DeviceQuery" or "VectorAdd" or "Cuda"))];
        return new GpuVSphereException(
            "GuestDriverNotWorking",
            GpuErrorCategory.OperationFailed,
            $"{wish.Package.Name} was installed in {Vm(run)}, and nvidia-smi does not confirm it. {string.Join(" ", wrong.Select(check => check.Seen).DefaultIfEmpty($"It says driver {_guest.Gpu.Smi?.DriverVersion ?? "none"}."))}",
            Vm(run),
            wrong.Select(check => check.NextStep).OfType<string>().FirstOrDefault() ?? $"Test-GpuGuest -VM {Typed.Name(Vm(run))} shows what is wrong.");
    }

    private static async Task LoadAsync(GuestRun run, CancellationToken cancellationToken)
    {
        ShellResult result = await run.Shell.RunAsync(Root("modprobe nvidia", s_short), cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            // Why is read from the kernel's log with the rest.
            run.Verbose("modprobe nvidia: " + GuestAsk.Said(result));
        }
    }

    private async Task ReadAsync(GuestRun run, CancellationToken cancellationToken) =>
        _guest = await DriverGuestReader.ReadAsync(run.Shell, _guest with { Kernel = (await GuestSystem.ReadAsync(run.Shell, cancellationToken).ConfigureAwait(false)).Kernel }, cancellationToken).ConfigureAwait(false);

    private static GuestCommand Root(string command, TimeSpan timeout) => new(GuestAsk.Sbin + command) { AsRoot = true, Timeout = timeout };

    private static void Relay(GuestRun run, string line)
    {
        if (line.Trim().Length > 0)
        {
            run.Verbose((InstallerTrouble.IsHarmless(line) ? "(harmless) " : string.Empty) + line.TrimEnd());
        }
    }
}
