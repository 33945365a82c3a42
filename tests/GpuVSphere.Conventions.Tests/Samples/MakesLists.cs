using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Conventions.Tests.Samples;

/// <summary>Has lists that PowerShell cannot index, and lists that it can.</summary>
public sealed class MakesLists
{
    private static readonly string[] s_words = ["fine", "as well"];

    public IReadOnlyList<int> Made => [.. s_words.Select(word => word.Length)];

    public IReadOnlyList<string> MadeOfTwo => ["one", "two"];

    public IReadOnlyList<int> MadeAsArray => s_words.Select(word => word.Length).ToArray();

    public IReadOnlyList<string> Kept { get; } = ["one", "two"];
}
