using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.State;

namespace GpuVSphere.Changes;

/// <summary>An entry that this process works on: every step is on disk before it is taken.</summary>
internal sealed class JournalRecord : IDisposable
{
    private readonly object _gate = new();
    private readonly FileStream _hold;
    private readonly Action<JournalEntry> _save;
    private JournalEntry _entry;
    private bool _disposed;

    public JournalRecord(JournalEntry entry, FileStream hold, Action<JournalEntry> save)
    {
        _entry = entry;
        _hold = hold;
        _save = save;
    }

    /// <summary>Told when the file can no longer be written; the work goes on, from memory.</summary>
    public Action<string>? OnProblem { get; set; }

    public JournalEntry Entry
    {
        get
        {
            lock (_gate)
            {
                return _entry;
            }
        }
    }

    public JournalHost Host(PlanTarget target) => Entry.Hosts.First(host => host.Target.Id == target.Id);

    public JournalHost Update(PlanTarget target, Func<JournalHost, JournalHost> change)
    {
        lock (_gate)
        {
            Write(_entry with { Hosts = _entry.Hosts.Select(host => host.Target.Id == target.Id ? change(host) : host).ToArray() });
        }

        return Host(target);
    }

    /// <summary>Takes a host in, or completes what is known of it. A value that the change found before stays what it was.</summary>
    public void Add(PlanTarget target, IReadOnlyList<JournalField> fields, bool isUndo)
    {
        lock (_gate)
        {
            List<JournalHost> hosts = [.. _entry.Hosts];
            int index = hosts.FindIndex(host => host.Target.Id == target.Id);
            if (index < 0)
            {
                index = hosts.Count;
                hosts.Add(new JournalHost { Target = target });
            }

            JournalHost host = hosts[index];
            hosts[index] = isUndo
                ? host
                : host with { Fields = host.Fields.Concat(fields.Where(field => host.Fields.All(known => known.Name != field.Name))).ToArray() };
            Write(_entry with { Hosts = hosts });
        }
    }

    public void Finish(JournalState state, DateTimeOffset now)
    {
        lock (_gate)
        {
            Write(_entry with { State = state, FinishedAt = state == JournalState.Interrupted ? null : now });
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (Entry.State == JournalState.Running)
        {
            Finish(JournalState.Interrupted, default);
        }

        string path = _hold.Name;

        // Where a file in use can be deleted this leaves no moment in which another takes the lock of a file that then goes away.
        StateFiles.TryDelete(path);
        _hold.Dispose();
        StateFiles.TryDelete(path);
    }

    private void Write(JournalEntry entry)
    {
        _entry = entry;
        try
        {
            _save(entry);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            OnProblem?.Invoke($"The journal of change {entry.Id} cannot be written any more: {failure.Message} The work goes on, and could not be resumed if it were stopped now.");
        }
    }
}
