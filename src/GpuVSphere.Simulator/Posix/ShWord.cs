using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Posix;

/// <summary>A word as it was written, before its variables are put in.</summary>
internal sealed record ShWord(IReadOnlyList<ShPart> Parts)
{
    /// <summary>The word when it is plain text without quotes, as a reserved word is; else null.</summary>
    public string? Plain => Parts.Count == 1 && Parts[0] is { Kind: ShPartKind.Literal, IsQuoted: false } ? Parts[0].Text : null;

    /// <summary>Name and value when it is an assignment.</summary>
    public (string Name, ShWord Value)? Assignment
    {
        get
        {
            if (Parts.Count == 0 || Parts[0] is not { Kind: ShPartKind.Literal, IsQuoted: false } first)
            {
                return null;
            }

            int equals = first.Text.IndexOf('=');
            return equals > 0 && IsName(first.Text.Substring(0, equals))
                ? (first.Text.Substring(0, equals), new ShWord([first with { Text = first.Text.Substring(equals + 1) }, .. Parts.Skip(1)]))
                : null;
        }
    }

    public static bool IsName(string text) =>
        text.Length > 0 && !char.IsDigit(text[0]) && text.All(c => c == '_' || (c < 128 && char.IsLetterOrDigit(c)));
}
