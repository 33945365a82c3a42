using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes names of connected servers.</summary>
public sealed class ServerCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        SessionTable table = SessionTable.Current;
        return Completed.From(
            wordToComplete,
            table.Own.Concat(table.Adopted).Select(connection => new KeyValuePair<string, string>(connection.Name, $"{connection.Product}, {connection.User}")));
    }
}
