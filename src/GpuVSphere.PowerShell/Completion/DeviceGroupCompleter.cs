using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes device groups that VMs had in the last reads of this runspace.</summary>
public sealed class DeviceGroupCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completed.From(wordToComplete, SessionTable.Current.LastRead.DeviceGroups);
}
