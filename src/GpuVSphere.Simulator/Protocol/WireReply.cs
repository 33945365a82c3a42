using System.IO;
using System.Text;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>One HTTP reply, before it is sent.</summary>
internal sealed class WireReply
{
    /// <summary>0 is no reply at all: the connection is dropped.</summary>
    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "text/xml; charset=utf-8";

    public Stream Body { get; init; } = Stream.Null;

    /// <summary>The bytes of the body that are sent, from its present position.</summary>
    public long Length { get; init; }

    /// <summary>The bytes after which the connection breaks, or null.</summary>
    public long? BreakAfter { get; init; }

    /// <summary>The value of the session cookie to set, quotes included, or null.</summary>
    public string? SetSession { get; init; }

    /// <summary>The Content-Range header, or null.</summary>
    public string? ContentRange { get; init; }

    public static WireReply Dropped { get; } = new() { Status = 0 };

    public static WireReply Of(int status, byte[] body, string contentType = "text/xml; charset=utf-8") =>
        new() { Status = status, Body = new MemoryStream(body, writable: false), Length = body.Length, ContentType = contentType };

    public static WireReply Text(int status, string text) => Of(status, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");
}
