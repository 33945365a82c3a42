using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.Catalog;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes GPU models of the catalogue.</summary>
public sealed class GpuModelCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completed.From(
            wordToComplete,
            GpuCatalog.InUse.Models.Select(model => model.Name).Distinct().OrderBy(name => name).Select(name => new KeyValuePair<string, string>(name, name)));
}
