using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace GpuVSphere;

/// <summary>Names as they are typed into PowerShell: in the commands of next steps, of plans and of completion.</summary>
public static class Typed
{
    /// <summary>A name as an argument: in quotes where it holds anything that PowerShell would read otherwise.</summary>
    /// <param name="name">The name as vSphere has it.</param>
    public static string Name(string name) => IsPlain(name) ? name : Quoted(name);

    /// <summary>A name as an argument, or what stands for it where it is not known.</summary>
    /// <param name="name">The name as vSphere has it; null where it is not known.</param>
    /// <param name="unknown">What stands for it, such as <c>&lt;host&gt;</c>.</param>
    public static string Name(string? name, string unknown) => name is null ? unknown : Name(name);

    /// <summary>Names as one argument, a list.</summary>
    /// <param name="names">The names as vSphere has them.</param>
    public static string Names(IEnumerable<string> names) => string.Join(",", names.Select(Name));

    // A word that begins with a digit could be a number: the VM 007 would be looked for as 7.
    private static bool IsPlain(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' or '/');

    // The typographic quotes end a quoted word of PowerShell as the straight one does.
    private static string Quoted(string name)
    {
        var text = new StringBuilder("'");
        foreach (char letter in name)
        {
            text.Append(letter is '\'' or (>= '\u2018' and <= '\u201B') ? new string(letter, 2) : letter.ToString());
        }

        return text.Append('\'').ToString();
    }
}
