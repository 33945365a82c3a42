using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Lists the connections of this runspace: this module's own, and PowerCLI's sessions that it uses.</summary>
[Cmdlet(VerbsCommon.Get, "GpuVSphereConnection")]
[OutputType(typeof(GpuConnection))]
public sealed class GetGpuVSphereConnectionCommand : GpuCmdlet
{
    private SessionTable? _table;

    /// <summary>The servers' names, with wildcards.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    internal override void Begin() => _table = SessionTable.Current;

    internal override Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        GpuConnection[] all = [.. _table!.Own.Concat(_table.Adopted)];
        foreach (string? name in Name ?? [null!])
        {
            GpuConnection[] found = name is null ? all : [.. all.Where(one => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(one.Name))];
            foreach (GpuConnection connection in found)
            {
                relay.Output(connection);
            }

            if (found.Length == 0 && name is not null && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                relay.Error(new GpuVSphereException(
                    "ServerNotConnected",
                    GpuErrorCategory.ObjectNotFound,
                    $"There is no connection to a server named '{name}'.",
                    name,
                    $"Connect-GpuVSphere -Server {Typed.Name(name)}"));
            }
        }

        return Task.CompletedTask;
    }
}
