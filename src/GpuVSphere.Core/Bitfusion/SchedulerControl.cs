using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Bitfusion;

/// <summary>Starts and stops resource schedulers in a guest. A scheduler goes on when the call that started it has ended.</summary>
/// <param name="guest">The guest.</param>
/// <param name="vmName">Its VM's name, for messages.</param>
/// <param name="clock">The time.</param>
internal sealed class SchedulerControl(FlexDirectGuest guest, string vmName, IClock clock)
{
    private const int Questions = 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_endTime = TimeSpan.FromSeconds(20);

    /// <summary>Starts a scheduler and waits until it says what it gives out.</summary>
    /// <param name="unit">The scheduler.</param>
    /// <param name="asService">Whether systemd runs it.</param>
    /// <param name="patience">How long it may take to say it.</param>
    /// <param name="cancellationToken">Ends the wait; what was started goes on.</param>
    /// <returns>Its process, and what it said; nothing when it runs and keeps silent.</returns>
    /// <exception cref="GpuVSphereException">FlexDirectSchedulerFailed: it did not start, or ended again. FlexDirectFailed: systemd refused. Those of the shell.</exception>
    public async Task<(SchedulerProcess Process, SchedulerReport? Report)> StartAsync(SchedulerUnit unit, bool asService, TimeSpan patience, CancellationToken cancellationToken)
    {
        // What the last one said must not be taken for what this one says.
        await guest.Shell.DeleteFileAsync(unit.Log, cancellationToken).ConfigureAwait(false);
        if (asService)
        {
            await guest.WriteTextAsync(unit.Path, unit.Text, new GuestFileOptions { Mode = "0644", Owner = "root" }, cancellationToken).ConfigureAwait(false);
            await RootAsync("systemctl daemon-reload && systemctl enable " + unit.Name + " && systemctl restart " + unit.Name, "starting the service " + unit.Name, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await RootAsync(unit.Background, "starting the scheduler", cancellationToken).ConfigureAwait(false);
        }

        return await WaitAsync(unit.Wish.PortMeant, asService, patience, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(SchedulerProcess Process, SchedulerReport? Report)> WaitAsync(int port, bool asService, TimeSpan patience, CancellationToken cancellationToken)
    {
        DateTimeOffset until = clock.UtcNow + patience;
        SchedulerProcess? process = null;
        bool wasSeen = false;
        while (true)
        {
            bool isOver = clock.UtcNow >= until;
            string? log = await guest.ReadLogAsync(port, cancellationToken).ConfigureAwait(false);
            process = (await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Port == port);
            if (process is not null && FlexDirectText.ReadScheduler(log ?? string.Empty) is { } report)
            {
                return (process, report);
            }

            bool hasEnded = process is null && (wasSeen || FlexDirectText.Complaint(log ?? string.Empty).Length > 0);
            if (hasEnded || isOver)
            {
                if (process is not null)
                {
                    return (process, null);
                }

                if (asService)
                {
                    // systemd would go on trying.
                    await RemoveServiceAsync(port, CancellationToken.None).ConfigureAwait(false);
                }

                throw Failed(log);
            }

            wasSeen |= process is not null;
            await clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops what listens at a port, and takes away the service that we wrote for it.</summary>
    /// <param name="port">The port.</param>
    /// <param name="process">Its process; null when only the service is left.</param>
    /// <param name="asService">Whether systemd is there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">FlexDirectSchedulerStays: it runs on, or was started again by something else. FlexDirectFailed. Those of the shell.</exception>
    public async Task StopAsync(int port, SchedulerProcess? process, bool asService, CancellationToken cancellationToken)
    {
        if (asService && SchedulerUnit.IsOurs(await guest.ReadUnitAsync(port, cancellationToken).ConfigureAwait(false)))
        {
            await RemoveServiceAsync(port, cancellationToken).ConfigureAwait(false);
        }

        string signal = "TERM";
        DateTimeOffset until = clock.UtcNow + s_endTime;
        HashSet<int> told = [];
        while (true)
        {
            bool isOver = clock.UtcNow >= until;
            SchedulerProcess? left = (await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Port == port);
            if (left is null)
            {
                return;
            }

            if (isOver)
            {
                if (signal == "KILL")
                {
                    throw new GpuVSphereException(
                        "FlexDirectSchedulerStays",
                        GpuErrorCategory.OperationFailed,
                        $"The scheduler on port {Text(port)} of {vmName} {(process is not null && left.Id != process.Id ? "was started again by something else" : "does not end")} (process {Text(left.Id)}).",
                        vmName,
                        "Look in the guest which service or cron job runs it, and stop that.");
                }

                signal = "KILL";
                until = clock.UtcNow + s_endTime;
                told.Clear();
            }

            if (told.Add(left.Id))
            {
                await guest.Shell.RunAsync(new GuestCommand("kill -" + signal + " " + Text(left.Id)) { AsRoot = true }, cancellationToken).ConfigureAwait(false);
            }

            await clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Starts again what ran before, after what was to take its place did not start.</summary>
    /// <param name="program">The program.</param>
    /// <param name="before">The process that ran.</param>
    /// <param name="service">The text of the service that ran it; null when none of ours did.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it runs.</returns>
    public async Task<bool> ReturnAsync(FlexDirectProgram program, SchedulerProcess before, string? service, CancellationToken cancellationToken)
    {
        try
        {
            await BeginAgainAsync(program, before, service, cancellationToken).ConfigureAwait(false);

            // So often rather than so long: a guest that is slow to answer gets as many questions.
            for (int i = 0; i < Questions; i++)
            {
                if ((await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false)).Any(one => one.Port == before.Port))
                {
                    return true;
                }

                await clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (GpuVSphereException)
        {
            // The first error is the one to tell.
        }

        return false;
    }

    /// <summary>Starts again what ran before a change that is taken back, and waits until it says what it gives out.</summary>
    /// <param name="program">The program.</param>
    /// <param name="before">The process that ran.</param>
    /// <param name="service">The text of the service that ran it; null when none of ours did.</param>
    /// <param name="patience">How long it may take to say it.</param>
    /// <param name="cancellationToken">Ends the wait; what was started goes on.</param>
    /// <exception cref="GpuVSphereException">FlexDirectSchedulerFailed: it did not start, or ended again. FlexDirectFailed. Those of the shell.</exception>
    public async Task StartAgainAsync(FlexDirectProgram program, SchedulerProcess before, string? service, TimeSpan patience, CancellationToken cancellationToken)
    {
        await guest.Shell.DeleteFileAsync(SchedulerUnit.LogFor(before.Port), cancellationToken).ConfigureAwait(false);
        await BeginAgainAsync(program, before, service, cancellationToken).ConfigureAwait(false);
        await WaitAsync(before.Port, service is not null, patience, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a service of ours back whose scheduler did not run: it starts with the guest again.</summary>
    /// <exception cref="GpuVSphereException">FlexDirectFailed: systemd refused. Those of the shell.</exception>
    public async Task PutServiceBackAsync(int port, string service, CancellationToken cancellationToken)
    {
        string name = SchedulerUnit.NameFor(port);
        await guest.WriteTextAsync(SchedulerUnit.PathFor(port), service, new GuestFileOptions { Mode = "0644", Owner = "root" }, cancellationToken).ConfigureAwait(false);
        await RootAsync("systemctl daemon-reload && systemctl enable " + name, "putting the service " + name + " back", cancellationToken).ConfigureAwait(false);
    }

    private async Task BeginAgainAsync(FlexDirectProgram program, SchedulerProcess before, string? service, CancellationToken cancellationToken)
    {
        if (service is not null)
        {
            string name = SchedulerUnit.NameFor(before.Port);
            await guest.WriteTextAsync(SchedulerUnit.PathFor(before.Port), service, new GuestFileOptions { Mode = "0644", Owner = "root" }, cancellationToken).ConfigureAwait(false);
            await RootAsync("systemctl daemon-reload && systemctl enable " + name + " && systemctl restart " + name, "starting the service " + name + " again", cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await RootAsync(SchedulerUnit.InBackground([program.Path, FlexDirectProgram.SchedulerCommand, .. before.Arguments], before.Port), "starting the scheduler again", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RemoveServiceAsync(int port, CancellationToken cancellationToken)
    {
        string name = SchedulerUnit.NameFor(port);
        await RootAsync("systemctl disable --now " + name, "stopping the service " + name, cancellationToken).ConfigureAwait(false);
        await guest.Shell.DeleteFileAsync(SchedulerUnit.PathFor(port), cancellationToken).ConfigureAwait(false);
        await RootAsync("systemctl daemon-reload", "reloading systemd", cancellationToken).ConfigureAwait(false);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private Task<ShellResult> RootAsync(string command, string doing, CancellationToken cancellationToken) =>
        guest.RequireAsync(new GuestCommand(command) { AsRoot = true, Timeout = TimeSpan.FromMinutes(2) }, doing, cancellationToken);

    private GpuVSphereException Failed(string? log)
    {
        string said = log ?? string.Empty;
        bool? isLicensed = FlexDirectText.ReadLicense(said);
        bool isTaken = said.IndexOf("address already in use", StringComparison.OrdinalIgnoreCase) >= 0;
        return new GpuVSphereException(
            "FlexDirectSchedulerFailed",
            GpuErrorCategory.OperationFailed,
            $"The scheduler of {vmName} did not start. {(FlexDirectText.Complaint(said) is { Length: > 0 } complaint ? "It says: " + complaint : "It said nothing.")}",
            vmName,
            isLicensed == false ? $"Initialize-FlexDirect -VM {Typed.Name(vmName)} -LicenseKey (Read-Host -AsSecureString)"
                : isTaken ? "Give another port with -Port, and tell the clients of it with Set-FlexDirectServer."
                : $"Test-FlexDirectHealth -VM {Typed.Name(vmName)} shows what it finds amiss.");
    }
}
