using System;
using System.Collections.Generic;
using GpuVSphere.Changes;

namespace GpuVSphere.Simulator.Tests.Hosts;

/// <summary>Keeps what a change tells, and lets a test act at a certain moment of it.</summary>
internal sealed class LabFeedback : IChangeFeedback
{
    private readonly object _gate = new();
    private readonly List<string> _statuses = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _verbose = [];
    private readonly List<ChangeResult> _results = [];

    /// <summary>Called with every status.</summary>
    public Action<string>? OnStatus { get; set; }

    public IReadOnlyList<string> Statuses => Copy(_statuses);

    public IReadOnlyList<string> Warnings => Copy(_warnings);

    public IReadOnlyList<string> VerboseLines => Copy(_verbose);

    /// <summary>What became of each object, in the order in which they were finished.</summary>
    public IReadOnlyList<ChangeResult> Results => Copy(_results);

    public void Progress(string activity, string status, int done, int total)
    {
        Add(_statuses, status);
        OnStatus?.Invoke(status);
    }

    public void Verbose(string message) => Add(_verbose, message);

    public void Warning(string message) => Add(_warnings, message);

    public void Finished(ChangeResult result) => Add(_results, result);

    private void Add<T>(List<T> list, T text)
    {
        lock (_gate)
        {
            list.Add(text);
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
