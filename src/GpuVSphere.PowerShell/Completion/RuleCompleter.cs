using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.Readiness;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes ids of rules, with what each one says.</summary>
public sealed class RuleCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completed.From(wordToComplete, ReadinessRules.All.OrderBy(rule => rule.Id).Select(rule => new KeyValuePair<string, string>(rule.Id, rule.Title)));
}
