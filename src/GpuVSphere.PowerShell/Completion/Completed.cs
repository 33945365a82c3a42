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
                yield return new CompletionResult(Typed.Name(value.Key), value.Key, CompletionResultType.ParameterValue, value.Value);
            }
        }
    }
}
