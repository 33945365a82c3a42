using System;
using System.Linq;

namespace GpuVSphere.Core.Tests.Vim;

/// <summary>A request as it came over the wire.</summary>
internal sealed record RawRequest(string Line, string[] Headers, string Body)
{
    public string? Header(string name) => Headers.FirstOrDefault(header => header.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } line
        ? line.Substring(name.Length + 1).Trim()
        : null;
}
