using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.State;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes ids of changes from the journal, which lies on this machine.</summary>
public sealed class GpuChangeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            return Completed.From(
                wordToComplete,
                GpuOperations.Changes(StateDirectory.Resolve()).List().Entries
                    .Select(entry => new KeyValuePair<string, string>(entry.Id, $"{entry.Title}, {entry.State}")));
        }
        catch (GpuVSphereException)
        {
            // Completion says nothing where the journal cannot be read; Get-GpuChange says why.
            return [];
        }
    }
}
