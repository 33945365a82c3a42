using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Binding;

namespace GpuVSphere.PowerShell.Session;

/// <summary>A server that a call may mean, not necessarily opened.</summary>
internal sealed class ServerCandidate
{
    private readonly object _gate = new();
    private Task<GpuConnection>? _opening;
    private int _isReported;

    public ServerCandidate(GpuConnection connection) => Connection = connection;

    public ServerCandidate(BorrowedSession borrowed) => Borrowed = borrowed;

    public GpuConnection? Connection { get; }

    public BorrowedSession? Borrowed { get; }

    public string Name => Connection?.Name ?? Borrowed!.Name;

    public string? Uid => Connection?.Uid ?? Borrowed!.Uid;

    /// <summary>Whether an object with this hint came from here, as far as can be told without opening it.</summary>
    public bool IsOf(ServerHint hint) => Connection is { } connection
        ? connection.IsOf(hint)
        : (hint.ServerUuid is not null && string.Equals(hint.ServerUuid, Borrowed!.InstanceUuid, StringComparison.OrdinalIgnoreCase))
            || (hint.ConnectionUid is not null && string.Equals(hint.ConnectionUid, Borrowed!.Uid, StringComparison.OrdinalIgnoreCase))
            || hint.IsAt(ServerHint.HostAndPortOf(Borrowed!.ServiceUri));

    /// <summary>Opens it; a second call gets the first one's outcome.</summary>
    public Task<GpuConnection> OpenOnceAsync(Func<Task<GpuConnection>> open)
    {
        lock (_gate)
        {
            return _opening ??= open();
        }
    }

    /// <summary>True the first time: a server that cannot be opened is reported once in a call.</summary>
    public bool MayReport() => Interlocked.Exchange(ref _isReported, 1) == 0;
}
