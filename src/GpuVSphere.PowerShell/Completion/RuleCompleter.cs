using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.Guest;
using GpuVSphere.Readiness;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes ids of rules, with what each one says.</summary>
public sealed class RuleCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completed.From(wordToComplete, Own(commandName).Select(id => new KeyValuePair<string, string>(id, id))
            .Concat(ReadinessRules.All.OrderBy(rule => rule.Id).Select(rule => new KeyValuePair<string, string>(rule.Id, rule.Title))));

    // What a planner says of its guest alone is no rule of readiness, and is skipped by its id all the same.
    private static IEnumerable<string> Own(string commandName) => commandName.ToUpperInvariant() switch
    {
        "SET-VGPULICENSE" => VgpuLicenseIntents.Rules,
        "INSTALL-CUDATOOLKIT" => CudaToolkitIntents.Rules,
        _ => [],
    };
}
