using System;
using System.Globalization;
using System.Threading;

namespace GpuVSphere.Changes;

/// <summary>Puts together what the hosts of one run tell.</summary>
internal sealed class RunProgress(IChangeFeedback feedback, string activity, int total)
{
    private int _done;

    public void Say(PlanTarget host, string status) => feedback.Progress(activity, host.Name + ": " + status, Volatile.Read(ref _done), total);

    public void Say(PlanTarget host, string status, TimeSpan elapsed, TimeSpan limit) =>
        Say(host, string.Format(CultureInfo.InvariantCulture, "{0}, {1} min of {2}", status, Math.Floor(elapsed.TotalMinutes), Math.Ceiling(limit.TotalMinutes)));

    public void Verbose(string message) => feedback.Verbose(message);

    public void Warning(string message) => feedback.Warning(message);

    public void Finished(ChangeResult result)
    {
        int done = Interlocked.Increment(ref _done);
        feedback.Finished(result);
        feedback.Progress(activity, result.Target.Name + ": " + result.Outcome.ToString().ToLowerInvariant(), done, total);
    }
}
