using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The body of a reply as a client reads it: it ends where it should, or breaks off where a rule says.</summary>
internal sealed class ReplyStream(WireReply reply, string name) : Stream
{
    private long _left = reply.Length;
    private long _beforeBreak = reply.BreakAfter ?? long.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What a client is told when the connection breaks: the same as over the network.</summary>
    public static GpuVSphereException Cut(string name) => new(
        "ConnectionCut",
        GpuErrorCategory.ConnectionFailed,
        $"The connection to {name} was cut before the answer was complete.",
        name,
        "Check the network and the server, read the state again, then repeat.",
        new IOException("The simulator closed the connection."));

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_beforeBreak <= 0)
        {
            throw Cut(name);
        }

        int read = reply.Body.Read(buffer, offset, (int)Math.Min(count, Math.Min(_left, _beforeBreak)));
        _left -= read;
        _beforeBreak -= read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Read(buffer, offset, count));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            reply.Body.Dispose();
        }

        base.Dispose(disposing);
    }
}
