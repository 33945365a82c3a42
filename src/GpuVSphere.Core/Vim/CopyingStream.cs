using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Keeps a copy of the first part of what is read through it, and gives it away when it is closed.</summary>
internal sealed class CopyingStream(Stream inner, int limit, Action<byte[], long> closed) : Stream
{
    private readonly MemoryStream _copy = new();
    private long _total;
    private bool _isClosed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Keep(buffer, offset, inner.Read(buffer, offset, count));

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Keep(buffer, offset, await inner.ReadAsync(buffer, offset, count, cancellationToken).ConfigureAwait(false));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            _isClosed = true;
            closed(_copy.ToArray(), _total);
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Keep(byte[] buffer, int offset, int read)
    {
        int kept = (int)Math.Min(read, limit - _copy.Length);
        if (kept > 0)
        {
            _copy.Write(buffer, offset, kept);
        }

        _total += read;
        return read;
    }
}
