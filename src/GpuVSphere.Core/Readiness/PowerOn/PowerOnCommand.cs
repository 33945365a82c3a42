using System.Linq;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>Writes names into commands.</summary>
internal static class PowerOnCommand
{
    /// <summary>A name as an argument: quoted when it holds anything that PowerShell would read otherwise.</summary>
    public static string Word(string name) => name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.')
        ? name
        : "'" + name.Replace("'", "''") + "'";
}
