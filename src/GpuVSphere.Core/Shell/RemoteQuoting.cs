using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Shell;

/// <summary>Words for the shell of an ESXi host or a Linux guest (POSIX, busybox): what is quoted reaches the program as it is here.</summary>
internal static class RemoteQuoting
{
    /// <summary>One word.</summary>
    /// <exception cref="ArgumentException">It holds a NUL, which no argument can.</exception>
    public static string Quote(string word)
    {
        if (word.IndexOf('\0') >= 0)
        {
            throw new ArgumentException("A shell word cannot hold a NUL character.", nameof(word));
        }

        // Nothing is special within single quotes but their end.
        return word.Length > 0 && word.All(IsPlain) ? word : "'" + word.Replace("'", "'\\''") + "'";
    }

    /// <summary>A command line of a program and its arguments.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(" ", words.Select(Quote));

    // No '~' (a home folder at a word's start), no '=' (an assignment before a command), no '{' (braces).
    private static bool IsPlain(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_' or '.' or '/' or ':' or ',' or '+' or '@';
}
