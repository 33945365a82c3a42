using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;

namespace GpuVSphere.Core.Tests.Changes;

internal sealed class RecordingFeedback : IChangeFeedback
{
    private readonly object _gate = new();
    private readonly List<string> _statuses = [];
    private readonly List<string> _verbose = [];
    private readonly List<string> _warnings = [];
    private readonly List<ChangeResult> _finished = [];

    public IReadOnlyList<string> Statuses => Copy(_statuses);

    public IReadOnlyList<string> VerboseLines => Copy(_verbose);

    public IReadOnlyList<string> Warnings => Copy(_warnings);

    public IReadOnlyList<ChangeResult> Results => Copy(_finished);

    public void Progress(string activity, string status, int done, int total) => Add(_statuses, status);

    public void Verbose(string message) => Add(_verbose, message);

    public void Warning(string message) => Add(_warnings, message);

    public void Finished(ChangeResult result) => Add(_finished, result);

    private void Add<T>(List<T> list, T item)
    {
        lock (_gate)
        {
            list.Add(item);
        }
    }

    private T[] Copy<T>(List<T> list)
    {
        lock (_gate)
        {
            return list.ToArray();
        }
    }
}
