using System.Text.RegularExpressions;

namespace GpuVSphere;

/// <summary>The indefinite article before names and numbers, by how they are spoken.</summary>
internal static class Article
{
    // Letters whose names begin with a vowel (A100, H100, L40, RTX), where the word is spelt out; and 8, 11 and 18.
    private static readonly Regex SpokenWithVowel = new("^(?:[AEFHILMNORSX](?=[A-Z0-9]|$)|[AEIOaeio](?=[a-z])|8|1[18](?![0-9]))", RegexOptions.CultureInvariant);

    /// <summary>"an A100", "a T4", "an 18.x release".</summary>
    public static string With(string word) => (SpokenWithVowel.IsMatch(word) ? "an " : "a ") + word;
}
