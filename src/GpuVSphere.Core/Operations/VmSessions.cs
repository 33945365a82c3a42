using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>
/// The sessions that VMs are changed with. A guest may take minutes to shut down, and a session that was borrowed from PowerCLI can be logged out
/// by its owner meanwhile: for that a clone of it is used, one for each server, and logged out at the end.
/// </summary>
internal sealed class VmSessions
{
    private readonly OperationContext _context;
    private readonly IChangeFeedback _feedback;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, WorkingSession> _sessions = new(StringComparer.OrdinalIgnoreCase);

    public VmSessions(OperationContext context, IChangeFeedback feedback)
    {
        _context = context;
        _feedback = feedback;
    }

    public async Task<VimSession> ForLongWorkAsync(VimObjectId id, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (!_sessions.TryGetValue(id.ServerUuid, out WorkingSession? known))
            {
                known = await WorkingSession.OpenAsync(_context.SessionOf(id), null, _feedback.Verbose, cancellationToken).ConfigureAwait(false);
                _sessions[id.ServerUuid] = known;
            }

            return known.Session;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task CloseAsync()
    {
        foreach (WorkingSession session in _sessions.Values)
        {
            await session.CloseAsync().ConfigureAwait(false);
        }

        _gate.Dispose();
    }
}
