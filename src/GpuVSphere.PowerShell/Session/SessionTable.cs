using System.Collections.Generic;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace GpuVSphere.PowerShell.Session;

/// <summary>What one runspace has: its connections, the PowerCLI sessions it adopted, its simulators, the names it saw last.</summary>
internal sealed class SessionTable
{
    // Keyed by the runspace and gone with it; two runspaces share nothing.
    private static readonly ConditionalWeakTable<Runspace, SessionTable> s_tables = new();

    private readonly object _gate = new();
    private readonly List<GpuConnection> _own = [];
    private readonly Dictionary<(string Address, string Cookie), GpuConnection> _adopted = [];
    private readonly List<GpuVSphereSimulator> _simulators = [];
    private readonly HashSet<string> _told = [];

    /// <summary>The table of the runspace whose pipeline thread this is.</summary>
    public static SessionTable Current => s_tables.GetValue(Runspace.DefaultRunspace, _ => new SessionTable());

    public LastRead LastRead { get; } = new();

    /// <summary>This module's own connections that are open, oldest first.</summary>
    public IReadOnlyList<GpuConnection> Own
    {
        get
        {
            lock (_gate)
            {
                _own.RemoveAll(connection => !connection.IsOpen);
                return _own.ToArray();
            }
        }
    }

    /// <summary>PowerCLI sessions in use.</summary>
    public IReadOnlyList<GpuConnection> Adopted
    {
        get
        {
            lock (_gate)
            {
                return [.. _adopted.Values];
            }
        }
    }

    public IReadOnlyList<GpuVSphereSimulator> Simulators
    {
        get
        {
            lock (_gate)
            {
                return _simulators.ToArray();
            }
        }
    }

    /// <summary>Whether something that is said once in a session is to be said now.</summary>
    public bool IsFirst(string what)
    {
        lock (_gate)
        {
            return _told.Add(what);
        }
    }

    public void Add(GpuConnection connection)
    {
        lock (_gate)
        {
            _own.Add(connection);
        }
    }

    public GpuConnection? FindAdopted(BorrowedSession session)
    {
        lock (_gate)
        {
            return _adopted.TryGetValue(KeyOf(session), out GpuConnection? connection) && connection.IsOpen ? connection : null;
        }
    }

    public void AddAdopted(BorrowedSession session, GpuConnection connection)
    {
        lock (_gate)
        {
            _adopted[KeyOf(session)] = connection;
        }
    }

    public void ForgetAdopted(GpuConnection connection)
    {
        lock (_gate)
        {
            List<(string Address, string Cookie)> keys = [];
            foreach (KeyValuePair<(string Address, string Cookie), GpuConnection> entry in _adopted)
            {
                if (ReferenceEquals(entry.Value, connection))
                {
                    keys.Add(entry.Key);
                }
            }

            keys.ForEach(key => _adopted.Remove(key));
        }
    }

    public void Add(GpuVSphereSimulator simulator)
    {
        lock (_gate)
        {
            _simulators.Add(simulator);
        }
    }

    public void Remove(GpuVSphereSimulator simulator)
    {
        lock (_gate)
        {
            _simulators.Remove(simulator);
        }
    }

    private static (string Address, string Cookie) KeyOf(BorrowedSession session) => (session.ServiceUri.ToString(), session.Cookie);
}
