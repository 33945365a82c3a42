using System.Collections.Generic;
using System.Text;

namespace GpuVSphere.Shell;

/// <summary>
/// Arguments of a program on this machine, as one command line for <c>ProcessStartInfo.Arguments</c>: netstandard2.0 has no list of
/// arguments. Windows programs take a command line apart by the rules of the C runtime, and .NET on Unix takes it apart by the same rules
/// before it starts the program, so one way of quoting serves both. It is not for a shell: none is between.
/// </summary>
internal static class LocalQuoting
{
    /// <summary>Joins arguments so that the program gets each of them as it is here.</summary>
    public static string Join(IEnumerable<string> arguments)
    {
        StringBuilder line = new();
        foreach (string argument in arguments)
        {
            if (line.Length > 0)
            {
                line.Append(' ');
            }

            Append(line, argument);
        }

        return line.ToString();
    }

    private static void Append(StringBuilder line, string argument)
    {
        if (argument.Length > 0 && argument.IndexOfAny([' ', '\t', '\n', '\v', '\r', '"']) < 0)
        {
            line.Append(argument);
            return;
        }

        line.Append('"');
        int backslashes = 0;
        foreach (char c in argument)
        {
            if (c == '\\')
            {
                backslashes++;
                continue;
            }

            // Backslashes are themselves, except before a quote: there each counts for half.
            line.Append('\\', c == '"' ? backslashes * 2 + 1 : backslashes).Append(c);
            backslashes = 0;
        }

        line.Append('\\', backslashes * 2).Append('"');
    }
}
