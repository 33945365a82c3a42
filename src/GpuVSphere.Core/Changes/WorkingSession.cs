using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>
/// The session that a long change works with on one server: a clone of a borrowed one, since its owner may log it out meanwhile; and a
/// new one when it is lost and somebody can log in again. Shared by the objects of the server.
/// </summary>
internal sealed class WorkingSession
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Func<VimSession, CancellationToken, Task<VimSession>>? _logInAgain;
    private bool _isOurs;

    private WorkingSession(VimSession session, bool isOurs, Func<VimSession, CancellationToken, Task<VimSession>>? logInAgain)
    {
        Session = session;
        _isOurs = isOurs;
        _logInAgain = logInAgain;
    }

    public VimSession Session { get; private set; }

    public bool CanReconnect => _logInAgain is not null;

    public static async Task<WorkingSession> OpenAsync(
        VimSession session, Func<VimSession, CancellationToken, Task<VimSession>>? logInAgain, Action<string> verbose, CancellationToken cancellationToken)
    {
        if (session.IsBorrowed && session.IsVCenter)
        {
            try
            {
                return new WorkingSession(await session.CloneAsync(cancellationToken).ConfigureAwait(false), true, logInAgain);
            }
            catch (Exception failure) when (failure is GpuVSphereException or OperationCanceledException)
            {
                // A stop is heard by the first thing that is done with the session, which knows what to say of its object.
                verbose($"{session.ServerName}: the session could not be cloned, so the change depends on it staying logged in. {failure.Message}");
            }
        }

        return new WorkingSession(session, false, logInAgain);
    }

    /// <summary>Logs in again, once for all that lost the same session.</summary>
    public async Task ReconnectAsync(VimSession lost, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!ReferenceEquals(lost, Session) || _logInAgain is null)
            {
                return;
            }

            VimSession fresh = await _logInAgain(lost, cancellationToken).ConfigureAwait(false);
            if (_isOurs)
            {
                lost.Dispose();
            }

            Session = fresh;
            _isOurs = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task CloseAsync()
    {
        if (!_isOurs)
        {
            return;
        }

        try
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
            await Session.LogoutAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is GpuVSphereException or OperationCanceledException)
        {
            // The server ends it by itself after a while.
        }

        Session.Dispose();
    }
}
