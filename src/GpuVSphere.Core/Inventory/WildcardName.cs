using System.Text;
using System.Text.RegularExpressions;

namespace GpuVSphere.Inventory;

/// <summary>A name as it is typed in PowerShell: <c>*</c>, <c>?</c>, <c>[a-c]</c>, and a backtick before what is meant as itself. Case does not count.</summary>
internal sealed class WildcardName
{
    private readonly Regex _pattern;

    public WildcardName(string text)
    {
        var pattern = new StringBuilder("^");
        var literal = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            int close;
            if (text[i] == '`' && i + 1 < text.Length)
            {
                i++;
                pattern.Append(Regex.Escape(text.Substring(i, 1)));
                literal.Append(text[i]);
            }
            else if (text[i] is '*' or '?')
            {
                pattern.Append(text[i] == '*' ? ".*" : ".");
                HasWildcards = true;
            }
            else if (text[i] == '[' && (close = text.IndexOf(']', i + 1)) > i + 1)
            {
                pattern.Append('[').Append(text.Substring(i + 1, close - i - 1).Replace("\\", "\\\\").Replace("^", "\\^").Replace("[", "\\[")).Append(']');
                HasWildcards = true;
                i = close;
            }
            else
            {
                pattern.Append(Regex.Escape(text.Substring(i, 1)));
                literal.Append(text[i]);
            }
        }

        Literal = literal.ToString();
        _pattern = Compile(pattern.Append('$').ToString(), text);
    }

    /// <summary>Whether it may fit several names.</summary>
    public bool HasWildcards { get; }

    /// <summary>The text without its backticks, for a name without wildcards.</summary>
    public string Literal { get; }

    public bool Matches(string name) => _pattern.IsMatch(name);

    private static Regex Compile(string pattern, string text)
    {
        const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline;
        try
        {
            return new Regex(pattern, Options);
        }
        catch (System.ArgumentException)
        {
            // A range that is none, such as [9-0]: only the name that is spelt like it fits.
            return new Regex("^" + Regex.Escape(text) + "$", Options);
        }
    }
}
