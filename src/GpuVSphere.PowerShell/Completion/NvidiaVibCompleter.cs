using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes names of NVIDIA's VIBs that Get-NvidiaVib showed in this runspace.</summary>
public sealed class NvidiaVibCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completed.From(wordToComplete, SessionTable.Current.LastRead.Vibs);
}
