using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>A change of one guest while it is made. A reboot within it opens the guest anew: take <see cref="Shell"/> from here, never from before.</summary>
internal sealed class GuestRun(GuestSubject subject, OperationContext context, GuestChangeOptions options, IChangeFeedback feedback, Action<string> tell, Action<JournalField>? note = null) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private IGuestShell _shell = subject.Shell;

    /// <summary>The guest as it was read before the first step.</summary>
    public GuestSubject Subject => subject with { Shell = _shell };

    public PlanTarget Target => subject.Target;

    public IGuestShell Shell => _shell;

    public GuestSystem System => subject.System;

    public GuestServices Services => new(_shell, subject.System, subject.Name);

    public GuestPackages Packages => new(_shell, subject.System, subject.Name);

    public OperationContext Context => context;

    public IClock Clock => context.Clock;

    public GuestChangeOptions Options => options;

    /// <summary>Says what is being done, for the progress.</summary>
    public void Progress(string status) => tell($"{subject.Name}: {status}");

    /// <summary>Says what was done, for those who want to follow.</summary>
    public void Verbose(string message) => feedback.Verbose($"{subject.Name}: {message}");

    /// <summary>Keeps in the journal what only turns out while the change is made, such as the packages that came along; nothing where no journal is kept.</summary>
    public void Note(JournalField field) => note?.Invoke(field);

    public void Warning(string message) => feedback.Warning($"{subject.Name}: {message}");

    /// <summary>Runs a command whose failure ends the change; its lines are shown to those who want to follow.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed; those of <see cref="IGuestShell.RunAsync"/>.</exception>
    public Task<string> RunAsync(string what, GuestCommand command, CancellationToken cancellationToken) =>
        _shell.RunCheckedAsync(subject.Name, what, command.OnOutput is null ? command with { OnOutput = Verbose } : command, cancellationToken);

    /// <summary>Makes a folder of our own in the guest. Who makes it removes it, whatever happens, before a reboot.</summary>
    /// <exception cref="GpuVSphereException">GuestFolderFailed; those of the shell.</exception>
    public Task<GuestFolder> MakeFolderAsync(CancellationToken cancellationToken) => GuestFolder.MakeAsync(_shell, subject.Name, Clock, Warning, cancellationToken);

    /// <summary>Has work done with a folder of our own in the guest, which is gone afterwards. No reboot may be in the work.</summary>
    /// <exception cref="GpuVSphereException">GuestFolderFailed; those of the shell, and of the work.</exception>
    public Task UseFolderAsync(Func<GuestFolder, Task> work, CancellationToken cancellationToken) =>
        GuestFolder.UseAsync(_shell, subject.Name, Clock, Warning, work, cancellationToken);

    /// <summary>
    /// Reboots the guest and waits until it is back and another boot than before. Only where <see cref="GuestChangeOptions.Reboot"/> allows it: ask first.
    /// </summary>
    /// <exception cref="GpuVSphereException">GuestRebootTimeout; RebootNotAllowed: it was not asked for.</exception>
    public async Task RebootAsync(CancellationToken cancellationToken)
    {
        if (!options.Reboot)
        {
            throw new GpuVSphereException(
                "RebootNotAllowed", GpuErrorCategory.InvalidState, $"{subject.Name} has to be rebooted, and that was not asked for.", subject.Name, "Run the command again with -Reboot.");
        }

        Progress("rebooting");
        string before = await GuestBoot.IdAsync(_shell, cancellationToken).ConfigureAwait(false);
        await GuestBoot.RebootAsync(_shell, subject.Name, cancellationToken).ConfigureAwait(false);
        DateTimeOffset deadline = Clock.UtcNow + options.RebootTimeout;
        GpuVSphereException? last = null;
        for (bool isLast = false; !isLast;)
        {
            isLast = Clock.UtcNow >= deadline;
            await Clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
            IGuestShell? opened = null;
            try
            {
                opened = await context.Guests!.OpenAsync(GuestOperation.AddressOf(subject), cancellationToken).ConfigureAwait(false);
                if (await GuestBoot.IdAsync(opened, cancellationToken).ConfigureAwait(false) is { Length: > 0 } now && now != before)
                {
                    _shell.Dispose();
                    _shell = opened;
                    Verbose("rebooted.");
                    return;
                }
            }
            catch (GpuVSphereException error) when (error.Category != GpuErrorCategory.AuthenticationFailed)
            {
                // It is on its way down or up.
                last = error;
            }

            opened?.Dispose();
        }

        throw new GpuVSphereException(
            "GuestRebootTimeout",
            GpuErrorCategory.Timeout,
            $"{subject.Name} was rebooted and did not come back within {options.RebootTimeout.TotalMinutes:0} minutes.{(last is null ? string.Empty : " " + last.Message)}",
            subject.Name,
            "Look at its console; when it is back, run the command again.",
            last);
    }

    public void Dispose() => _shell.Dispose();
}
