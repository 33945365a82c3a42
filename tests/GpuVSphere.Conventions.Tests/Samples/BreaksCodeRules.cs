using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Conventions.Tests.Samples;

/// <summary>Breaks each rule of <see cref="CodeRules"/> once, and keeps each once, for the tests of the rules.</summary>
public sealed class BreaksCodeRules
{
    internal static readonly List<string> s_shown = [];

    private static readonly Dictionary<string, int> s_cache = [];
    private static readonly HashSet<string> s_words = ["fine"];
    private static readonly string[] s_table = ["fine"];
    private static int s_counter;

    public static int Count() => ++s_counter + s_table.Length;

    public static bool IsKnown(string word) => s_words.Contains(word);

    public static void Remember(string word) => s_cache[word] = 1;

    public async Task<int> WithoutTokenAsync()
    {
        await Task.Yield();
        return 1;
    }

    public async Task CapturesContextAsync(CancellationToken cancellationToken) => await Task.Delay(0, cancellationToken);

    public async Task SaysTrueAsync(CancellationToken cancellationToken) => await Task.Delay(0, cancellationToken).ConfigureAwait(true);

    public async Task IsFineAsync(CancellationToken cancellationToken) => await Task.Delay(0, cancellationToken).ConfigureAwait(false);
}
