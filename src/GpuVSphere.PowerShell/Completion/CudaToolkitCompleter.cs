using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.Catalog;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes versions of the CUDA toolkit as packages are named by them, newest first, with the driver that each needs.</summary>
public sealed class CudaToolkitCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completed.From(wordToComplete, VgpuCatalog.InUse.CudaToolkits
            .OrderByDescending(toolkit => toolkit.Version)
            .GroupBy(toolkit => toolkit.Version.MinorText)
            .Select(minor => new KeyValuePair<string, string>(minor.Key, $"CUDA {minor.Key}, Linux driver {minor.Last().LinuxDriver}")));
}
