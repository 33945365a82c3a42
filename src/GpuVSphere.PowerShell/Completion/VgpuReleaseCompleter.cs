using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.Catalog;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes what is known of vGPU releases: their names, branches, drivers, GPUs and ESXi versions, by the parameter's name.</summary>
public sealed class VgpuReleaseCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        VgpuCatalog catalog = VgpuCatalog.InUse;
        return Completed.From(wordToComplete, parameterName.ToUpperInvariant() switch
        {
            "BRANCH" => catalog.Releases.Where(release => release.Branch.Length > 0).GroupBy(release => release.Branch)
                .Select(branch => new KeyValuePair<string, string>(branch.Key, $"vGPU {branch.First().Major}.x")),
            "DRIVERVERSION" => catalog.Releases.SelectMany(release => new[] { (release.HostDriver, "host"), (release.LinuxDriver, "Linux guest"), (release.WindowsDriver, "Windows guest") }
                .Where(driver => driver.Item1 is not null).Select(driver => (Driver: driver.Item1!.ToString(), Tip: $"{driver.Item2} driver of {release.Name}")))
                .GroupBy(driver => driver.Driver).Select(driver => new KeyValuePair<string, string>(driver.Key, string.Join(", ", driver.Select(one => one.Tip)))),
            "GUESTDRIVER" => catalog.Releases.SelectMany(release => new[] { (release.Name, "release"), (release.LinuxDriver?.ToString(), $"Linux, {release.Name}"), (release.WindowsDriver?.ToString(), $"Windows, {release.Name}") })
                .Where(driver => driver.Item1 is not null).GroupBy(driver => driver.Item1!).Select(driver => new KeyValuePair<string, string>(driver.Key, string.Join("; ", driver.Select(one => one.Item2)))),
            "GPU" => catalog.Boards.GroupBy(board => board.Name).Select(board => new KeyValuePair<string, string>(board.Key, board.First().Product)),
            "ESXIVERSION" => catalog.EsxiBuilds.Select(build => build.Version).Distinct().Select(version => new KeyValuePair<string, string>(version, "ESXi " + version)),
            _ => catalog.Releases.Select(release => new KeyValuePair<string, string>(release.Name, release.HostDriver is { } driver ? $"host driver {driver}" : release.Date)),
        });
    }
}
