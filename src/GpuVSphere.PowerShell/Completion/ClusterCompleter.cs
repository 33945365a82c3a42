using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes names of clusters from the last read of this runspace.</summary>
public sealed class ClusterCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completed.From(wordToComplete, SessionTable.Current.LastRead.Clusters);
}
