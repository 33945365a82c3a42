using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.Simulator;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes the inventories that a simulator can start with.</summary>
public sealed class ScenarioCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completed.From(wordToComplete, SimulatorOptions.Scenarios.Select(name => new KeyValuePair<string, string>(name, name)));
}
