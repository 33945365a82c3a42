using System;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Errors;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// The base of every cmdlet: what is piped in is collected, then the work runs once for all of it, off the pipeline thread, and what
/// it writes or asks is relayed. Ctrl-C and <c>Select-Object -First</c> cancel the work and wait for it.
/// </summary>
public abstract class GpuCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly OutputLists _lists = new();

    /// <summary>Cancels what still runs.</summary>
    public void Dispose()
    {
        // StopProcessing may be on its way on another thread: the source is cancelled, and left to the collector.
        _stopping.Cancel();
        GC.SuppressFinalize(this);
    }

    /// <summary>Called once before the first object; parameters from the pipeline are not bound yet.</summary>
    internal virtual void Begin()
    {
    }

    /// <summary>Called for each object from the pipeline, or once when there is none. Takes note and does no I/O.</summary>
    internal virtual void Collect()
    {
    }

    /// <summary>Called on the pipeline thread after the last object: the place to read variables and foreign objects.</summary>
    /// <returns>Whether there is anything to run.</returns>
    internal virtual bool Prepare() => true;

    /// <summary>The work. Runs on another thread; writes to the relay only.</summary>
    internal abstract Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken);

    /// <summary>Writes an object of the output.</summary>
    internal void WriteResult(object value) => WriteObject(_lists.Prepare(value));

    /// <summary>The columns that lines of text may have: those of the console, as far as it tells and is no wider than can be read.</summary>
    internal int ConsoleWidth
    {
        get
        {
            const int Most = 120;
            try
            {
                // A line that fills the last column is followed by an empty one on some consoles.
                int width = Console.IsOutputRedirected ? Most : (Host.UI?.RawUI?.BufferSize.Width ?? 0) - 1;
                return width is > 0 and < Most ? width : Most;
            }
            catch (Exception error) when (error is HostException or NotImplementedException or InvalidOperationException or System.IO.IOException or PlatformNotSupportedException)
            {
                // Nobody looks at it on a screen.
                return Most;
            }
        }
    }

    /// <summary>Writes text to the console as Write-Host does; it can be captured from the information stream.</summary>
    internal void WriteToConsole(string text)
    {
        InformationRecord record = new(new HostInformationMessage { Message = text }, MyInvocation.MyCommand.Name);
        record.Tags.Add("PSHOST");
        WriteInformation(record);
    }

    /// <summary>Shows progress; a done count that has reached the total takes it away.</summary>
    internal void WriteProgressOf(string activity, string status, int done, int total)
    {
        string counted = total > 0 ? string.Format(CultureInfo.InvariantCulture, "{0} of {1} done. {2}", done, total, status) : status;
        WriteProgress(new ProgressRecord(1, activity.Length == 0 ? MyInvocation.MyCommand.Name : activity, counted.Length == 0 ? " " : counted)
        {
            PercentComplete = total > 0 ? Math.Min(100, Math.Max(0, done * 100 / total)) : -1,
            RecordType = total > 0 && done >= total ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Begin();

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Collect();

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        bool isReady;
        try
        {
            isReady = Prepare();
        }
        catch (GpuVSphereException error)
        {
            WriteError(ErrorMapper.ToRecord(error));
            return;
        }

        if (isReady)
        {
            RunOffThread();
        }
    }

    /// <summary>Called on another thread; the engine waits for the pipeline by itself, so nothing but the cancel may happen here.</summary>
    protected sealed override void StopProcessing() => _stopping.Cancel();

    private void RunOffThread()
    {
        using PipelineRelay relay = new();
        CancellationToken token = _stopping.Token;
        Task work = Task.Run(
            async () =>
            {
                try
                {
                    await RunAsync(relay, token).ConfigureAwait(false);
                }
                finally
                {
                    relay.Complete();
                }
            },
            CancellationToken.None);
        try
        {
            relay.Pump(this);
        }
        catch
        {
            // The consumer stopped us out of a write, without our token being cancelled: end the work, wait for it, and let it pass.
            _stopping.Cancel();
            relay.Abandon();
            WaitQuietly(work);
            SayLastWords(relay);
            throw;
        }

        try
        {
            work.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            SayLastWords(relay);
            throw new PipelineStoppedException();
        }
        catch (PipelineStoppedException)
        {
            throw;
        }
        catch (GpuVSphereException error)
        {
            WriteError(ErrorMapper.ToRecord(error));
        }
        catch (Exception error)
        {
            WriteError(ErrorMapper.ToRecord(error, MyInvocation.MyCommand.Name));
        }

        if (_stopping.IsCancellationRequested)
        {
            SayLastWords(relay);
            throw new PipelineStoppedException();
        }

        foreach (string line in relay.LastWords)
        {
            WriteWarning(line);
        }
    }

    private static void WaitQuietly(Task work)
    {
        try
        {
            work.GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // Why the pipeline ends is already known, and is what the user sees.
        }
    }

    // A stopped pipeline takes no more warnings; the host itself still does.
    private void SayLastWords(PipelineRelay relay)
    {
        foreach (string line in relay.LastWords)
        {
            try
            {
                Host.UI.WriteWarningLine(line);
            }
            catch (Exception error) when (error is PSInvalidOperationException or NotImplementedException or PipelineStoppedException)
            {
                // A host without a console: the journal still says it.
                return;
            }
        }
    }
}
