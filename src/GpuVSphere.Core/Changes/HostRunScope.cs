using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>What the parts of one host's run share: the host, its journal, and how to go on after a cut connection.</summary>
internal sealed class HostRunScope(PlanTarget target, IHostControl control, HostChangeOptions options, JournalRecord record, IClock clock, RunProgress progress)
{
    /// <summary>How often a state is read again while it is waited for.</summary>
    public static readonly TimeSpan Reread = TimeSpan.FromSeconds(10);

    /// <summary>How long a host may take to show what it has done.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMinutes(3);

    /// <summary>Real time: a run that was stopped or failed must end although a server hangs.</summary>
    public static readonly TimeSpan PutBackLimit = TimeSpan.FromMinutes(5);

    public PlanTarget Target => target;

    public string Name => target.Name;

    public IHostControl Control => control;

    public HostChangeOptions Options => options;

    public IClock Clock => clock;

    public RunProgress Progress => progress;

    public string ChangeId => record.Entry.Id;

    public JournalHost Journal => record.Host(target);

    /// <summary>Whether the host does not serve its cluster because of this run.</summary>
    public bool IsDown { get; set; }

    public void Update(Func<JournalHost, JournalHost> change) => record.Update(target, change);

    public void Step(HostStep step) => Update(host => host with { Step = step });

    public void Say(string status) => progress.Say(target, status);

    public void Say(string status, TimeSpan elapsed, TimeSpan limit) => progress.Say(target, status, elapsed, limit);

    /// <summary>Gives a connection that was cut two more chances, before a host is left in a state it should not be in.</summary>
    public async Task AgainAsync(Func<Task> attempt, CancellationToken cancellationToken)
    {
        for (int left = 2; ; left--)
        {
            try
            {
                await attempt().ConfigureAwait(false);
                return;
            }
            catch (GpuVSphereException failure) when (left > 0 && MayPass(failure))
            {
                Progress.Verbose($"{Name}: {failure.Message} Trying again.");
                await Clock.DelayAsync(Reread, cancellationToken).ConfigureAwait(false);
                await TryReconnectAsync(failure, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async Task TryReconnectAsync(GpuVSphereException failure, CancellationToken cancellationToken)
    {
        // A cut connection to vCenter mends itself with the next call; a lost session does not.
        if (!Control.CanReconnect || (Control.IsVCenter && failure.Category != GpuErrorCategory.AuthenticationFailed))
        {
            return;
        }

        try
        {
            await Control.ReconnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException again) when (MayPass(again))
        {
            Progress.Verbose($"{Name}: {again.Message}");
        }
    }

    public async Task<HostRuntime?> TryReadRuntimeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Control.ReadRuntimeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is GpuVSphereException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether it may pass: what a host that goes down and comes up, or a connection that was cut, brings with it. A lost session is one
    /// of these only where somebody can log in again.
    /// </summary>
    public bool MayPass(GpuVSphereException failure) =>
        failure.Category is GpuErrorCategory.ConnectionFailed or GpuErrorCategory.Timeout
        || (failure.Category == GpuErrorCategory.AuthenticationFailed && control.CanReconnect);

    public static string Names(IEnumerable<string> names) => string.Join(", ", names);

    public static string Minutes(TimeSpan time) => time.TotalMinutes < 1
        ? Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture) + " s"
        : Math.Round(time.TotalMinutes).ToString(CultureInfo.InvariantCulture) + " min";
}
