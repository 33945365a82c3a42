using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>The body of a reply: a connection that is cut or falls silent becomes an error in words. Disposing it gives the connection back.</summary>
internal sealed class WatchedStream : Stream
{
    private readonly Stream _inner;
    private readonly IDisposable _owner;
    private readonly TimeSpan _silence;
    private readonly Func<GpuVSphereException> _timedOut;
    private readonly Func<Exception, GpuVSphereException> _cut;
    private readonly Timer _timer;
    private readonly CancellationTokenSource _abort = new();
    private volatile bool _isSilent;
    private volatile bool _isDisposed;

    public WatchedStream(Stream inner, IDisposable owner, TimeSpan silence, Func<GpuVSphereException> timedOut, Func<Exception, GpuVSphereException> cut)
    {
        _inner = inner;
        _owner = owner;
        _silence = silence;
        _timedOut = timedOut;
        _cut = cut;
        _timer = new Timer(_ => GiveUp(), null, Timeout.Infinite, Timeout.Infinite);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        // Closing the reply does not end a read that waits (HttpClient first tries to drain the rest); a token does.
        using CancellationTokenRegistration registration = cancellationToken.Register(Abort);
        try
        {
            _timer.Change(_silence, Timeout.InfiniteTimeSpan);
            int read = await _inner.ReadAsync(buffer, offset, count, _abort.Token).ConfigureAwait(false);
            _timer.Change(Timeout.Infinite, Timeout.Infinite);
            return read;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (e is not GpuVSphereException)
        {
            throw Translate(e);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _timer.Dispose();
            Abort();
            _inner.Dispose();
            _owner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void GiveUp()
    {
        _isSilent = true;
        Abort();
    }

    private void Abort()
    {
        _abort.Cancel();
        _owner.Dispose();
    }

    private Exception Translate(Exception e) => _isSilent ? _timedOut() : _isDisposed ? e : _cut(e);
}
