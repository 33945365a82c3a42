using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Management.Automation;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Errors;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// What the asynchronous body of a cmdlet writes to. PowerShell's streams and prompts may be used on the pipeline thread only; this
/// takes what the body has to say from any thread and hands it over there, in order.
/// </summary>
internal sealed class PipelineRelay : IChangeFeedback, IDisposable
{
    private readonly BlockingCollection<RelayItem> _queue = [];
    private readonly object _gate = new();
    private readonly List<string> _lastWords = [];
    private bool _isClosed;

    /// <summary>What is to be shown even when the pipeline was stopped, such as how to resume.</summary>
    public IReadOnlyList<string> LastWords
    {
        get
        {
            lock (_gate)
            {
                return _lastWords.ToArray();
            }
        }
    }

    /// <summary>Whether an error was told.</summary>
    public bool HasErrors { get; private set; }

    public void Output(object value) => Post(cmdlet => cmdlet.WriteResult(value));

    public void Error(ErrorRecord record)
    {
        HasErrors = true;
        Post(cmdlet => cmdlet.WriteError(record));
    }

    public void Error(GpuVSphereException error) => Error(ErrorMapper.ToRecord(error));

    public void Warning(string message) => Post(cmdlet => cmdlet.WriteWarning(message));

    public void Verbose(string message) => Post(cmdlet => cmdlet.WriteVerbose(message));

    /// <summary>Text for the person at the console, as Write-Host would show it.</summary>
    public void Show(string text) => Post(cmdlet => cmdlet.WriteToConsole(text));

    public void Progress(string activity, string status, int done, int total) => Post(cmdlet => cmdlet.WriteProgressOf(activity, status, done, total));

    public void Finished(ChangeResult result) => Verbose($"{result.Target.Name}: {result.Outcome}{(result.Message is null ? string.Empty : ", " + result.Message)}");

    /// <summary>A line that must reach the user even when Ctrl-C ended the pipeline.</summary>
    public void LastWord(string text)
    {
        lock (_gate)
        {
            _lastWords.Add(text);
        }
    }

    /// <summary>Does something on the pipeline thread and waits for its answer: a confirmation, a credential.</summary>
    /// <exception cref="OperationCanceledException">The pipeline ended before it was asked.</exception>
    public Task<T> AskAsync<T>(Func<GpuCmdlet, T> question)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(
            cmdlet =>
            {
                try
                {
                    answer.TrySetResult(question(cmdlet));
                }
                catch (PipelineStoppedException)
                {
                    answer.TrySetCanceled();
                    throw;
                }
                catch (GpuVSphereException error)
                {
                    answer.TrySetException(error);
                }
                catch
                {
                    answer.TrySetCanceled();
                    throw;
                }
            },
            () => answer.TrySetCanceled());
        return answer.Task;
    }

    /// <summary>Called by the pipeline thread: does what is handed over until the body has ended.</summary>
    public void Pump(GpuCmdlet cmdlet)
    {
        foreach (RelayItem item in _queue.GetConsumingEnumerable())
        {
            item.Run(cmdlet);
        }
    }

    /// <summary>Hands over, in its order, what another has taken down.</summary>
    public void Append(PipelineRelay other)
    {
        while (other._queue.TryTake(out RelayItem item))
        {
            Post(item.Run, item.Abandon);
        }
    }

    /// <summary>Nothing more will come from the body.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _queue.CompleteAdding();
        }
    }

    /// <summary>The pipeline has ended: what is waiting, and what still comes, is dropped, and who waits for an answer is told so.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        while (_queue.TryTake(out RelayItem item))
        {
            item.Abandon?.Invoke();
        }
    }

    public void Dispose()
    {
        Abandon();
        _queue.Dispose();
    }

    private void Post(Action<GpuCmdlet> run, Action? abandon = null)
    {
        lock (_gate)
        {
            if (!_isClosed && !_queue.IsAddingCompleted)
            {
                _queue.Add(new RelayItem(run, abandon));
                return;
            }
        }

        abandon?.Invoke();
    }
}
