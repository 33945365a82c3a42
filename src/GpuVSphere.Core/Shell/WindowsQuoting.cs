using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Shell;

/// <summary>
/// Arguments of a program in a Windows guest, as one command line by the rules of the C runtime, which takes it apart again. How such a line
/// goes through cmd.exe unharmed is <see cref="ForBatch"/>.
/// </summary>
internal static class WindowsQuoting
{
    private const string Special = "()^\"<>&|!";

    /// <summary>A program and its arguments.</summary>
    /// <exception cref="ArgumentException">A word holds a line break or a NUL, which no command line of a batch file can.</exception>
    public static string Join(IEnumerable<string> words)
    {
        List<string> all = [.. words];
        if (all.Any(word => word.IndexOfAny(['\0', '\r', '\n']) >= 0))
        {
            throw new ArgumentException("A word of a Windows command line cannot hold a line break or a NUL character.", nameof(words));
        }

        return LocalQuoting.Join(all);
    }

    /// <summary>
    /// A command line of <see cref="Join"/> as a line of a batch file. cmd.exe counts quotes by rules of its own, by which a quote within an
    /// argument would let the rest be read as commands; with every special character escaped, the quotes too, it counts none.
    /// </summary>
    public static string ForBatch(string commandLine) =>
        string.Concat(commandLine.Select(c => c == '%' ? "%%" : Special.IndexOf(c) >= 0 ? "^" + c : c.ToString()));
}
