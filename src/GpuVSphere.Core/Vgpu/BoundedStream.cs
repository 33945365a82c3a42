using System;
using System.IO;

namespace GpuVSphere.Vgpu;

/// <summary>So many bytes of another stream, read forward. It does not close the other.</summary>
internal sealed class BoundedStream(Stream inner, long length) : Stream
{
    private long _left = length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_left == 0 || count == 0)
        {
            return 0;
        }

        int read = inner.Read(buffer, offset, (int)Math.Min(count, _left));
        if (read == 0)
        {
            throw new InvalidDataException("it ends too early");
        }

        _left -= read;
        return read;
    }

    /// <summary>Goes to the end of it.</summary>
    public void SkipRest()
    {
        byte[] buffer = new byte[Math.Min(_left, 81920)];
        while (_left > 0)
        {
            // Read counts down what is left; how much came is told by that.
            _ = Read(buffer, 0, buffer.Length);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
