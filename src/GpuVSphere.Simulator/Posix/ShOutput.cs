using System;
using System.IO;
using System.Text;

namespace GpuVSphere.Simulator.Posix;

/// <summary>What is written to: a memory that is read afterwards, or somebody who takes the bytes as they come.</summary>
internal sealed class ShOutput
{
    private readonly MemoryStream _kept = new();
    private readonly Action<byte[]>? _take;

    public ShOutput()
    {
    }

    public ShOutput(Action<byte[]> take) => _take = take;

    public static ShOutput Nowhere => new(_ => { });

    public string Text => Encoding.UTF8.GetString(ToArray());

    public byte[] ToArray()
    {
        lock (_kept)
        {
            return _kept.ToArray();
        }
    }

    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public void Write(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        if (_take is not null)
        {
            _take(bytes);
            return;
        }

        lock (_kept)
        {
            _kept.Write(bytes, 0, bytes.Length);
        }
    }
}
