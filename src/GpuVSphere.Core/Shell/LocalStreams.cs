using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>The input of a program on this machine, and who is told of its outputs while it runs.</summary>
/// <param name="Input">Writes the input; the end of it is behind that. Null for none.</param>
/// <param name="Output">Takes pieces of its output; null for nobody.</param>
/// <param name="Error">Takes pieces of its errors; null for nobody.</param>
internal sealed record LocalStreams(Func<Stream, CancellationToken, Task>? Input, Action<string>? Output = null, Action<string>? Error = null)
{
    /// <summary>A text as the input, or none.</summary>
    public static LocalStreams Of(string? text)
    {
        if (text is null)
        {
            return new LocalStreams(Input: null);
        }

        byte[] bytes = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text);
        return new LocalStreams((stream, cancellationToken) => stream.WriteAsync(bytes, 0, bytes.Length, cancellationToken));
    }
}
