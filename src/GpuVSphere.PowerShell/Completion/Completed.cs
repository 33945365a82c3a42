using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Makes completion results: filtered without regard to case, quoted where PowerShell needs it.</summary>
internal static class Completed
{
    public static IEnumerable<CompletionResult> From(string wordToComplete, IEnumerable<KeyValuePair<string, string>> values)
    {
        string word = wordToComplete.Trim('\'', '"');
        foreach (KeyValuePair<string, string> value in values)
        {
            if (value.Key.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                yield return new CompletionResult(Quote(value.Key), value.Key, CompletionResultType.ParameterValue, value.Value);
            }
        }
    }

    /// <summary>The value as an argument: quoted when it holds anything that PowerShell would read otherwise.</summary>
    public static string Quote(string value)
    {
        bool isPlain = value.Length > 0 && (char.IsLetter(value[0]) || value[0] == '_');
        foreach (char c in value)
        {
            isPlain &= char.IsLetterOrDigit(c) || c is '-' or '_' or '.';
        }

        return isPlain ? value : "'" + value.Replace("'", "''") + "'";
    }
}
