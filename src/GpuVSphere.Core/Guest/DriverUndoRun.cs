using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// Removes a driver from a Linux guest, by the steps of a plan. One of a .run file is removed by <c>nvidia-uninstall --silent</c>, which asks nothing and says
/// nothing but errors (NVIDIA's README, "Installing the NVIDIA Driver"; option_table.h of NVIDIA's nvidia-installer; NVIDIA's own packages call it so before they
/// are installed). It ends with 0 also where it could not do it, and leaves a module that is in use loaded (backup.c there), so what is true is read afterwards.
/// </summary>
internal sealed class DriverUndoRun(DriverGuest guest, DriverUndoPlan plan)
{
    private const string Log = "/var/log/nvidia-uninstall.log";

    private static readonly TimeSpan s_remove = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(5);

    private DriverGuest _guest = guest;

    /// <summary>Adds rows, costs and steps.</summary>
    public void AddTo(GuestProposal proposal)
    {
        foreach ((string property, string? before, string? after) in plan.Rows)
        {
            proposal.Row(property, before, after);
        }

        foreach ((string text, bool endsPrograms) in plan.Consequences)
        {
            proposal.Tell(text, endsPrograms);
        }

        if (plan.Driver is { } driver)
        {
            proposal.Step("removing driver " + driver, RemoveAsync);
        }

        if (plan.FreesNouveau)
        {
            proposal.Step("letting nouveau be loaded again", FreeNouveauAsync);
        }

        proposal.Verify = VerifyAsync;
    }

    private async Task RemoveAsync(GuestRun run, CancellationToken cancellationToken)
    {
        List<string> stopped = [];
        bool isRemoved = false;
        try
        {
            // The desktop before the daemons that serve it.
            foreach (string unit in plan.DisplayManager is { } manager ? [manager, .. plan.Stops] : plan.Stops)
            {
                run.Progress("stopping " + unit);
                stopped.Add(unit);
                await run.Services.StopAsync(unit, cancellationToken).ConfigureAwait(false);
            }

            if (!plan.IsOnlyLoaded)
            {
                run.Progress("removing driver " + plan.Driver);
                await (plan.Packages.Count > 0 ? CamePackages.RemoveAsync(run, plan.Packages, "Driver " + plan.Driver, cancellationToken) : UninstallAsync(run, cancellationToken)).ConfigureAwait(false);
            }

            isRemoved = true;
            await UnloadAsync(run, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The driver's own daemons are gone with it; after a failure they serve what is still there.
            await StartAgainAsync(run, isRemoved ? [.. stopped.Where(unit => unit == plan.DisplayManager)] : stopped).ConfigureAwait(false);
        }
    }

    private async Task UninstallAsync(GuestRun run, CancellationToken cancellationToken)
    {
        ShellResult result = await run.Shell.RunAsync(Root("nvidia-uninstall --silent", s_remove) with { OnOutput = run.Verbose }, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw NotRemoved(run, GuestCommands.LastWords(result));
        }
    }

    // Whether a module could be unloaded is read afterwards; its file is gone, so that modprobe does not know it any more.
    private static async Task UnloadAsync(GuestRun run, CancellationToken cancellationToken)
    {
        ShellResult list = await run.Shell.RunAsync(new GuestCommand("cat /proc/modules"), cancellationToken).ConfigureAwait(false);
        string[] loaded = [.. KernelModule.ReadLoaded(list.Output).Where(IsOfDriver).OrderBy(name => Array.IndexOf(["nvidia_drm", "nvidia_modeset", "nvidia"], name))];
        if (loaded.Length > 0)
        {
            ShellResult result = await run.Shell.RunAsync(Root("rmmod " + RemoteQuoting.Join(loaded), s_short), cancellationToken).ConfigureAwait(false);
            run.Verbose(result.ExitCode == 0 ? string.Join(", ", loaded) + ": unloaded." : "rmmod: " + GuestAsk.Said(result));
        }
    }

    private static bool IsOfDriver(string module) => module == "nvidia" || module.StartsWith("nvidia_", StringComparison.Ordinal);

    private static async Task StartAgainAsync(GuestRun run, IReadOnlyList<string> units)
    {
        using CancellationTokenSource limit = new(s_short);
        foreach (string unit in units.Reverse())
        {
            try
            {
                run.Progress("starting " + unit);
                await run.Services.StartAsync(unit, limit.Token).ConfigureAwait(false);
                run.Verbose($"{unit} was started again.");
            }
            catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
            {
                run.Warning($"{unit} was stopped for the removal and could not be started again: {error.Message} Start it in the guest: systemctl start {unit}");
            }
        }
    }

    private async Task FreeNouveauAsync(GuestRun run, CancellationToken cancellationToken)
    {
        await run.Shell.DeleteFileAsync(DriverRun.NouveauFile, cancellationToken).ConfigureAwait(false);
        run.Verbose(DriverRun.NouveauFile + " was removed.");
        try
        {
            await DriverRun.RebuildStartAsync(run, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Else the next undo would find nothing to do, and the image would go on without nouveau.
            await GuestTextFile.WriteAsync(run.Shell, DriverRun.NouveauFile, DriverRun.Nouveau, new GuestFileOptions { Mode = "0644", Owner = "root" }, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<GuestOutcome> VerifyAsync(GuestRun run, CancellationToken cancellationToken)
    {
        await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        bool isRebooted = false;
        if (plan.Driver is not null)
        {
            if (_guest.Gpu.HasSmi || _guest.Gpu.Installed is not null)
            {
                return GuestOutcome.Failed(NotRemoved(run, plan.Packages.Count > 0 ? "its packages were removed, and nvidia-smi or the module is still there." : "nvidia-uninstall ended without doing it."));
            }

            if (IsLoaded && !run.Options.Reboot)
            {
                return GuestOutcome.Pending($"Driver {plan.Driver} is removed from {run.Target.Name}, and its module stays loaded, since something uses it, until the guest is restarted. Restart it.");
            }
        }

        if (run.Options.Reboot && (IsLoaded || (plan.HadNouveau && !_guest.HasNouveau)))
        {
            await run.RebootAsync(cancellationToken).ConfigureAwait(false);
            await ReadAsync(run, cancellationToken).ConfigureAwait(false);
            isRebooted = true;
            if (plan.Driver is not null && IsLoaded)
            {
                return GuestOutcome.Failed(NotRemoved(run, "its module was loaded again by the restart."));
            }
        }

        string gone = plan.Driver is null ? string.Empty : $"Driver {plan.Driver} is gone: no nvidia-smi, and no module of it on the disk or in the kernel. ";
        return GuestOutcome.Done((gone + (_guest.HasNouveau ? "nouveau drives the GPU again."
            : !plan.HadNouveau ? string.Empty
            : isRebooted ? "nouveau was not loaded by the restart, although nothing of ours keeps it from being."
            : "nouveau drives the GPU again from the next restart of the guest on.")).TrimEnd());
    }

    private bool IsLoaded => plan.Driver is not null && _guest.Gpu.Modules.Any(IsOfDriver);

    private async Task ReadAsync(GuestRun run, CancellationToken cancellationToken) =>
        _guest = await DriverGuestReader.ReadAsync(run.Shell, _guest with { Gpu = new GuestGpuState { Vm = _guest.Gpu.Vm, Family = _guest.Gpu.Family } }, cancellationToken).ConfigureAwait(false);

    private GpuVSphereException NotRemoved(GuestRun run, string why) => new(
        "GuestDriverNotRemoved",
        GpuErrorCategory.OperationFailed,
        $"Driver {plan.Driver} was not removed from {run.Target.Name}: {why}",
        run.Target.Name,
        (plan.Packages.Count > 0 ? "Look into the guest" : $"{Log} in the guest says more") + "; mend the cause, and undo the change again.");

    private static GuestCommand Root(string command, TimeSpan timeout) => new(GuestAsk.Sbin + command) { AsRoot = true, Timeout = timeout };
}
