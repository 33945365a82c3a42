using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>The options of a call of nvidia-smi.</summary>
internal sealed class SmiOptions(IReadOnlyList<string> words)
{
    /// <summary>The options that a value follows.</summary>
    private static readonly string[] s_valued = ["-i", "--id", "-e", "--ecc-config", "-mig", "--multi-instance-gpu", "-d", "--display", "-p", "-a", "-ts", "-cgi", "-cci", "-gi", "-ci"];

    public IReadOnlyList<string> Words { get; } = words;

    /// <summary>The value of an option, as its own word or behind an equals sign; null without it.</summary>
    public string? this[params string[] names]
    {
        get
        {
            for (int i = 0; i < Words.Count; i++)
            {
                foreach (string name in names)
                {
                    if (Words[i] == name && i + 1 < Words.Count && (!Words[i + 1].StartsWith("-", StringComparison.Ordinal) || Words[i + 1].Length == 1))
                    {
                        return Words[i + 1];
                    }

                    if (Words[i].StartsWith(name + "=", StringComparison.Ordinal))
                    {
                        return Words[i].Substring(name.Length + 1);
                    }
                }
            }

            return null;
        }
    }

    public bool Has(params string[] names) => Words.Any(word => names.Any(name => word == name || word.StartsWith(name + "=", StringComparison.Ordinal)));

    /// <summary>The first word that is none of those known, and no option's value.</summary>
    public string? Unknown(params string[] known)
    {
        for (int i = 0; i < Words.Count; i++)
        {
            if (s_valued.Contains(Words[i]) && known.Contains(Words[i]))
            {
                i += i + 1 < Words.Count && !Words[i + 1].StartsWith("-", StringComparison.Ordinal) ? 1 : 0;
                continue;
            }

            if (!known.Contains(Words[i]) && !known.Any(name => Words[i].StartsWith(name + "=", StringComparison.Ordinal)))
            {
                return Words[i];
            }
        }

        return null;
    }
}
