using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// Installs a driver in one guest as planned, and says how far it came when it does not come to the end. What it stops it starts again, and what it
/// uploads it removes, also after a failure or a stop.
/// </summary>
internal sealed class DriverRun(DriverRunContext context, DriverWish wish)
{
    // The module is built in the guest, which takes minutes on a slow one.
    private static readonly TimeSpan s_install = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan s_packages = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan s_initramfs = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_cleanUp = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    private const string NouveauFile = "/etc/modprobe.d/gpuvsphere-nouveau.conf";
    private const string Nouveau = "# NVIDIA's driver and nouveau cannot both drive a GPU.\nblacklist nouveau\noptions nouveau modeset=0\n";

    private readonly List<string> _done = [];

    private string Name => context.VmName;

    /// <summary>What has been done, as sentences; "Nothing was changed." when nothing was.</summary>
    public string SoFar => _done.Count == 0 ? "Nothing was changed." : string.Join(" ", _done);

    /// <summary>Performs a plan.</summary>
    /// <param name="shell">The guest; the caller disposes it.</param>
    /// <param name="guest">What was read of it.</param>
    /// <param name="plan">What is to be done.</param>
    /// <param name="cancellationToken">Ends what runs in the guest; what was stopped is still started again.</param>
    /// <returns>Whether it is done, or what is pending, and what was seen at the end.</returns>
    /// <exception cref="GpuVSphereException">Whatever went wrong; <see cref="SoFar"/> says what was done before.</exception>
    public async Task<(ChangeOutcome Outcome, string Message)> PerformAsync(IGuestShell shell, DriverGuest guest, DriverPlan plan, CancellationToken cancellationToken)
    {
        IGuestShell? reopened = null;
        try
        {
            await PrepareAsync(shell, guest, plan, cancellationToken).ConfigureAwait(false);
            if (plan.RebootsFirst)
            {
                if (!plan.Installs && !guest.HasNouveau && guest.Gpu.LoadedVersion is null)
                {
                    // Nothing is loaded: the module may only have to be asked for.
                    await LoadAsync(shell, cancellationToken).ConfigureAwait(false);
                    guest = await context.ReadAsync(shell, cancellationToken).ConfigureAwait(false);
                }

                if (!IsRight(guest))
                {
                    if (!wish.Reboots)
                    {
                        return (ChangeOutcome.Pending, plan.Installs
                            ? $"nouveau is loaded until the guest of {Name} is restarted, and the driver cannot be installed before. {SoFar} Run the same command with -Reboot, or restart the guest and run it again."
                            : $"The driver is installed in {Name} and runs after a restart of the guest: run the same command with -Reboot, or restart it.");
                    }

                    (reopened, guest) = await RestartAsync(shell, cancellationToken).ConfigureAwait(false);
                    shell = reopened;
                    if (guest.HasNouveau)
                    {
                        throw new GpuVSphereException(
                            "NouveauLoaded", GpuErrorCategory.OperationFailed, $"nouveau is loaded in {Name} although it is on the blacklist and the guest was restarted.", Name, "Add rd.driver.blacklist=nouveau modprobe.blacklist=nouveau to the kernel's command line, restart the guest, and run the same command again.");
                    }

                    // Behind the restart the state is another: the headers of another kernel may be missing, another display manager may run.
                    plan = DriverPlanner.Plan(guest, wish with { UpgradesPackages = false });
                    if (plan.Installs)
                    {
                        await PrepareAsync(shell, guest, plan, cancellationToken).ConfigureAwait(false);
                    }
                }
            }

            if (plan.Installs)
            {
                await InstallAsync(shell, guest, plan, cancellationToken).ConfigureAwait(false);
                guest = await context.ReadAsync(shell, cancellationToken).ConfigureAwait(false);
                if (!IsRight(guest) && DriverPlanner.IsThere(guest, wish.Package) | NeedsRestart(guest))
                {
                    if (!wish.Reboots)
                    {
                        return (ChangeOutcome.Pending, $"{wish.Package.Title} is installed in {Name}, and {(guest.Gpu.LoadedVersion is { } old ? old + " is still loaded" : "is not loaded yet")}: it runs after a restart of the guest. Run the same command with -Reboot, or restart it.");
                    }

                    IGuestShell before = shell;
                    (IGuestShell fresh, guest) = await RestartAsync(before, cancellationToken).ConfigureAwait(false);
                    reopened?.Dispose();
                    shell = reopened = fresh;
                    await RestoreAsync(shell, plan).ConfigureAwait(false);
                }
            }

            return IsRight(guest) ? (ChangeOutcome.Done, Success(guest)) : throw NotWorking(guest);
        }
        finally
        {
            reopened?.Dispose();
        }
    }

    private bool IsRight(DriverGuest guest) => guest.Works && guest.Gpu.Running == wish.Package.Driver;

    private bool NeedsRestart(DriverGuest guest) => guest.Family == GuestFamily.Windows && guest.Gpu.Devices?.Any(gpu => gpu.ProblemCode == 14) == true;

    private static string Success(DriverGuest guest) =>
        $"nvidia-smi says: driver {guest.Gpu.Smi!.DriverVersion}, {string.Join(", ", guest.Gpu.Smi.Gpus.Select(gpu => gpu.Name))}."
        + (guest.Gpu.HasVgpu ? " Until it has a licence a vGPU slows down: Set-VgpuLicense." : string.Empty);

    private GpuVSphereException NotWorking(DriverGuest guest)
    {
        GuestGpuCheck[] wrong = [.. GuestGpuJudge.Judge(guest.Gpu, VgpuCatalog.InUse).Where(check => check.Outcome == GuestCheckOutcome.Failed && check.Check is not ("DeviceQuery" or "VectorAdd" or "Cuda"))];
        return new GpuVSphereException(
            "GuestDriverNotWorking",
            GpuErrorCategory.OperationFailed,
            $"{wish.Package.Name} was installed in {Name}, and nvidia-smi does not confirm it. {string.Join(" ", wrong.Select(check => check.Seen).DefaultIfEmpty($"It says driver {guest.Gpu.Smi?.DriverVersion ?? "none"}."))}",
            Name,
            wrong.Select(check => check.NextStep).OfType<string>().FirstOrDefault() ?? $"Test-GpuGuest -VM {Typed.Name(Name)} shows what is wrong.");
    }

    private async Task PrepareAsync(IGuestShell shell, DriverGuest guest, DriverPlan plan, CancellationToken cancellationToken)
    {
        if (plan.UpgradesPackages)
        {
            context.Tell("upgrading packages");
            await PackagesAsync(shell, GuestPackageCommands.Refresh(guest.PackageManager!), cancellationToken).ConfigureAwait(false);
            await PackagesAsync(shell, GuestPackageCommands.Upgrade(guest.PackageManager!), cancellationToken).ConfigureAwait(false);
            _done.Add("The guest's packages were upgraded.");
        }

        if (plan.Packages.Count > 0)
        {
            context.Tell("installing " + string.Join(" ", plan.Packages));
            await PackagesAsync(shell, GuestPackageCommands.Refresh(guest.PackageManager!), cancellationToken).ConfigureAwait(false);
            await PackagesAsync(shell, GuestPackageCommands.Install(guest.PackageManager!, plan.Packages), cancellationToken).ConfigureAwait(false);
            _done.Add($"{string.Join(", ", plan.Packages)} {(plan.Packages.Count == 1 ? "was" : "were")} installed.");
        }

        if (plan.SilencesNouveau)
        {
            context.Tell("keeping nouveau from being loaded");
            using MemoryStream content = new(System.Text.Encoding.ASCII.GetBytes(Nouveau));
            await shell.WriteFileAsync(NouveauFile, content, content.Length, new GuestFileOptions { Mode = "0644", Owner = "root" }, cancellationToken).ConfigureAwait(false);
            _done.Add($"nouveau was put on the blacklist ({NouveauFile}).");
            string initramfs = guest.PackageManager == "apt" ? "update-initramfs -u" : "dracut --force";
            ShellResult result = await RunAsync(shell, initramfs, s_initramfs, cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw new GpuVSphereException(
                    "GuestInitramfsFailed", GpuErrorCategory.OperationFailed, $"{initramfs} failed in {Name}: {GuestAsk.Said(result)}", Name, "Look at the room in /boot of the guest; then run the same command again.");
            }
        }
    }

    private async Task InstallAsync(IGuestShell shell, DriverGuest guest, DriverPlan plan, CancellationToken cancellationToken)
    {
        DriverUpload upload = new(shell, wish, context);
        try
        {
            await upload.BringAsync(cancellationToken).ConfigureAwait(false);
            await EndAsync(shell, plan, cancellationToken).ConfigureAwait(false);
            await StopAsync(shell, plan, cancellationToken).ConfigureAwait(false);
            context.Tell("installing " + wish.Package.Title);
            ShellResult result = await RunAsync(shell, Command(guest, plan, upload), s_install, cancellationToken).ConfigureAwait(false);

            // Windows' setup says by 1 that a restart is wanted; what is true is read afterwards.
            if (result.ExitCode != 0 && !(guest.Family == GuestFamily.Windows && result.ExitCode == 1))
            {
                throw await FailedAsync(shell, result, cancellationToken).ConfigureAwait(false);
            }

            _done.Add($"{wish.Package.Title} was installed.");
            if (guest.Family == GuestFamily.Linux)
            {
                await LoadAsync(shell, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await upload.TakeAwayAsync().ConfigureAwait(false);
            await RestoreAsync(shell, plan).ConfigureAwait(false);
        }
    }

    private string Command(DriverGuest guest, DriverPlan plan, DriverUpload upload) => wish.Package.Form switch
    {
        // TMPDIR: the script unpacks itself there, and /tmp may be small or not allow programs. The licence was accepted by whoever asked for this.
        GuestDriverForm.RunFile => $"TMPDIR={RemoteQuoting.Quote(upload.Folder)} sh {RemoteQuoting.Quote(upload.Path)} --ui=none --no-questions --accept-license{(plan.UsesDkms ? " --dkms" : string.Empty)}",
        GuestDriverForm.Exe => WindowsQuoting.Join([upload.Path, "-s", "-noreboot", "-noeula"]),
        _ => GuestPackageCommands.Install(guest.PackageManager!, [upload.Path]),
    };

    private async Task<GpuVSphereException> FailedAsync(IGuestShell shell, ShellResult result, CancellationToken cancellationToken)
    {
        if (shell.Family == GuestFamily.Windows)
        {
            return InstallerTrouble.Explain(wish.Package.Name, Name, result, string.Empty, KernelLog.Read(string.Empty));
        }

        GuestAsk ask = new(shell);
        string own = wish.Package.Form == GuestDriverForm.RunFile ? (await ask.RunAsRootAsync(InstallerTrouble.LogCommand, cancellationToken).ConfigureAwait(false)).Output : string.Empty;
        ShellResult log = await ask.RunAsRootAsync(KernelLog.Command, cancellationToken).ConfigureAwait(false);
        return InstallerTrouble.Explain(wish.Package.Name, Name, result, own, KernelLog.Read(log.Output));
    }

    // What uses the GPU is looked up again: what was planned may have ended, and a number may be another program's by now.
    private async Task EndAsync(IGuestShell shell, DriverPlan plan, CancellationToken cancellationToken)
    {
        foreach ((string signal, bool isLast) in plan.Ends.Count == 0 ? [] : new[] { ("TERM", false), ("KILL", true) })
        {
            DriverGuest now = await context.ReadAsync(shell, cancellationToken).ConfigureAwait(false);
            GpuProcess[] left = [.. DriverPlanner.Blocking(now).Where(process => plan.Ends.Any(planned => planned.Id == process.Id && planned.Name == process.Name))];
            if (left.Length == 0)
            {
                return;
            }

            context.Tell($"ending {string.Join(", ", left.Select(process => process.ToString()))}");
            string ids = string.Join(" ", left.Select(process => process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            await RunAsync(shell, $"kill -{signal} {ids}", s_short, cancellationToken).ConfigureAwait(false);
            if (!isLast)
            {
                _done.Add($"{string.Join(", ", left.Select(process => process.ToString()))} {(left.Length == 1 ? "was" : "were")} ended.");
            }

            await context.Clock.DelayAsync(s_grace, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task StopAsync(IGuestShell shell, DriverPlan plan, CancellationToken cancellationToken)
    {
        foreach (string unit in Stopped(plan))
        {
            context.Tell("stopping " + unit);
            ShellResult result = await RunAsync(shell, "systemctl stop " + RemoteQuoting.Quote(unit), s_short, cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw new GpuVSphereException("GuestServiceFailed", GpuErrorCategory.OperationFailed, $"{unit} of {Name} could not be stopped: {GuestAsk.Said(result)}", Name, "Stop it in the guest, then run the same command again.");
            }
        }
    }

    // The desktop before the daemons that serve it.
    private static IEnumerable<string> Stopped(DriverPlan plan) => plan.DisplayManager is { } manager ? [manager, .. plan.Stops] : plan.Stops;

    /// <summary>Starts what was stopped. It is tried whatever happened before, and told when it does not succeed.</summary>
    private async Task RestoreAsync(IGuestShell shell, DriverPlan plan)
    {
        using CancellationTokenSource limit = new(s_cleanUp);
        foreach (string unit in Stopped(plan).Reverse())
        {
            string quoted = RemoteQuoting.Quote(unit);
            try
            {
                context.Tell("starting " + unit);
                ShellResult result = await RunAsync(shell, $"systemctl start {quoted} && systemctl is-active {quoted}", s_short, limit.Token).ConfigureAwait(false);
                if (result.ExitCode != 0)
                {
                    context.Warn($"{Name}: {unit} was stopped for the installation and did not start again: {GuestAsk.Said(result)}. Start it in the guest: systemctl start {unit}");
                }
                else
                {
                    context.Verbose($"{Name}: {unit} was started again.");
                }
            }
            catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
            {
                context.Warn($"{Name}: {unit} was stopped for the installation and could not be started again: {error.Message} Start it in the guest: systemctl start {unit}");
            }
        }
    }

    private async Task LoadAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(shell, "modprobe nvidia", s_short, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            // Why is read from the kernel's log with the rest.
            context.Verbose($"{Name}: modprobe nvidia: {GuestAsk.Said(result)}");
        }
    }

    private async Task<(IGuestShell Shell, DriverGuest Guest)> RestartAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        IGuestShell back = await new GuestReboot(context.OpenAsync, context.Clock, Name, context.RebootTimeout).RunAsync(shell, context.Tell, cancellationToken).ConfigureAwait(false);
        _done.Add("The guest was restarted.");
        try
        {
            return (back, await context.ReadAsync(back, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            back.Dispose();
            throw;
        }
    }

    private async Task PackagesAsync(IGuestShell shell, string command, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(shell, command, s_packages, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw InstallerTrouble.Explain(wish.Package.Name, Name, result, string.Empty, KernelLog.Read(string.Empty));
        }
    }

    private Task<ShellResult> RunAsync(IGuestShell shell, string command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        bool isLinux = shell.Family == GuestFamily.Linux;
        context.Verbose($"{Name}: {command}");
        return shell.RunAsync(
            new GuestCommand(isLinux ? GuestAsk.Sbin + command : command) { AsRoot = isLinux, Timeout = timeout, OnOutput = line => Relay(line) }, cancellationToken);
    }

    private void Relay(string line)
    {
        if (line.Trim().Length > 0)
        {
            context.Verbose($"{Name}: {(InstallerTrouble.IsHarmless(line) ? "(harmless) " : string.Empty)}{line.TrimEnd()}");
        }
    }
}
