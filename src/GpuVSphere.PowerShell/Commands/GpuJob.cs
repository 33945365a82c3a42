using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Errors;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// A change that goes on in the background of its session: what was planned and confirmed in the foreground is performed here. Its output is
/// what became of each object; Stop-Job starts nothing new, as Ctrl-C does in the foreground, and the journal can resume it.
/// </summary>
internal sealed class GpuJob : Job, IChangeFeedback
{
    private readonly CancellationTokenSource _stop = new();
    private volatile string _status = string.Empty;

    public GpuJob(string command, string location)
        : base(command)
    {
        Location = location;
        PSJobTypeName = "GpuVSphere";
    }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Warning.Count + Verbose.Count > 0;

    /// <inheritdoc/>
    public override string Location { get; }

    /// <inheritdoc/>
    public override string StatusMessage => _status;

    /// <summary>Begins. Errors of single objects end the job as failed, after the others were done.</summary>
    /// <param name="work">Performs the change and gives what became of each object.</param>
    public void Start(Func<IChangeFeedback, CancellationToken, Task<IReadOnlyList<ChangeResult>>> work)
    {
        SetJobState(JobState.Running);
        _ = Task.Run(() => RunAsync(work), CancellationToken.None);
    }

    /// <inheritdoc/>
    public override void StopJob()
    {
        _stop.Cancel();
        Finished.WaitOne();
    }

    void IChangeFeedback.Progress(string activity, string status, int done, int total)
    {
        _status = status;
        Progress.Add(new ProgressRecord(1, activity, status.Length == 0 ? " " : status)
        {
            PercentComplete = total > 0 ? Math.Min(100, Math.Max(0, done * 100 / total)) : -1,
            RecordType = total > 0 && done >= total ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
    }

    void IChangeFeedback.Verbose(string message) => Verbose.Add(new VerboseRecord(message));

    void IChangeFeedback.Warning(string message) => Warning.Add(new WarningRecord(message));

    void IChangeFeedback.Finished(ChangeResult result) => Verbose.Add(new VerboseRecord($"{result.Target.Name}: {result.Outcome}"));

    private async Task RunAsync(Func<IChangeFeedback, CancellationToken, Task<IReadOnlyList<ChangeResult>>> work)
    {
        JobState end = JobState.Completed;
        try
        {
            foreach (ChangeResult result in await work(this, _stop.Token).ConfigureAwait(false))
            {
                Output.Add(PSObject.AsPSObject(new OutputLists().Prepare(result)));
                end = result.Outcome is ChangeOutcome.Failed or ChangeOutcome.Blocked ? JobState.Failed : end;
                ChangeReport.Tell(
                    result,
                    error => Error.Add(ErrorMapper.ToRecord(error)),
                    warning => Warning.Add(new WarningRecord(warning)));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Said below by the state; the journal holds what was begun.
        }
        catch (Exception error)
        {
            end = JobState.Failed;
            Error.Add(ErrorMapper.ToRecord(error, Command));
        }

        SetJobState(_stop.IsCancellationRequested ? JobState.Stopped : end);
    }
}
