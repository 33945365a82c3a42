using System;
using System.Text;

namespace GpuVSphere.Simulator.Posix;

/// <summary>What is read from: bytes, from a place on that all who have it share.</summary>
internal sealed class ShInput(byte[] bytes)
{
    private int _at;

    public static ShInput Empty => new([]);

    public static ShInput Of(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>The next line without its end; null when there is none.</summary>
    public string? ReadLine()
    {
        if (_at >= bytes.Length)
        {
            return null;
        }

        int end = Array.IndexOf(bytes, (byte)'\n', _at);
        int stop = end < 0 ? bytes.Length : end;
        string line = Encoding.UTF8.GetString(bytes, _at, stop - _at);
        _at = end < 0 ? bytes.Length : end + 1;
        return line;
    }

    /// <summary>All that is left.</summary>
    public byte[] ReadToEnd()
    {
        byte[] rest = new byte[bytes.Length - _at];
        Buffer.BlockCopy(bytes, _at, rest, 0, rest.Length);
        _at = bytes.Length;
        return rest;
    }

    public string ReadText() => Encoding.UTF8.GetString(ReadToEnd());
}
