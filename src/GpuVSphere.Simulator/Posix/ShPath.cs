using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Posix;

/// <summary>Paths of a POSIX system as text.</summary>
internal static class ShPath
{
    /// <summary>The path from the root on, without dots, double slashes and a slash at its end.</summary>
    public static string Absolute(string path, string directory)
    {
        List<string> parts = [];
        foreach (string part in ((path.StartsWith("/", StringComparison.Ordinal) ? string.Empty : directory + "/") + path).Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case "..":
                    if (parts.Count > 0)
                    {
                        parts.RemoveAt(parts.Count - 1);
                    }

                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return "/" + string.Join("/", parts);
    }

    public static string Parent(string path) => path.LastIndexOf('/') is int slash and > 0 ? path.Substring(0, slash) : "/";

    public static string Name(string path) => path.Substring(path.LastIndexOf('/') + 1);

    /// <summary>Whether a name fits a pattern with <c>*</c>, <c>?</c> and <c>[...]</c>; a backslash makes what follows itself.</summary>
    public static bool Matches(string pattern, string name) => Matches(pattern, 0, name, 0);

    private static bool Matches(string pattern, int p, string name, int n)
    {
        if (p == pattern.Length)
        {
            return n == name.Length;
        }

        switch (pattern[p])
        {
            case '*':
                return Enumerable.Range(n, name.Length - n + 1).Any(rest => Matches(pattern, p + 1, name, rest));
            case '?':
                return n < name.Length && Matches(pattern, p + 1, name, n + 1);
            case '[' when pattern.IndexOf(']', p) is int end and > 0:
                return n < name.Length && InSet(pattern.Substring(p + 1, end - p - 1), name[n]) && Matches(pattern, end + 1, name, n + 1);
            case '\\' when p + 1 < pattern.Length:
                return n < name.Length && name[n] == pattern[p + 1] && Matches(pattern, p + 2, name, n + 1);
            default:
                return n < name.Length && name[n] == pattern[p] && Matches(pattern, p + 1, name, n + 1);
        }
    }

    private static bool InSet(string set, char c)
    {
        bool negated = set.Length > 0 && set[0] is '!' or '^';
        for (int i = negated ? 1 : 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-' ? c >= set[i] && c <= set[i + 2] : set[i] == c)
            {
                return !negated;
            }

            i += i + 2 < set.Length && set[i + 1] == '-' ? 2 : 0;
        }

        return negated;
    }
}
