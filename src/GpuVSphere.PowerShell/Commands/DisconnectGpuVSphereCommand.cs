using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Ends connections of this module. A PowerCLI session is let go of and stays logged in.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "GpuVSphere", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectGpuVSphereCommand : GpuCmdlet
{
    private readonly List<GpuConnection> _connections = [];
    private SessionTable? _table;

    /// <summary>The connections, as objects or by name with wildcards. Without it, all of this module's in this runspace.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ServerTransformation]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [ValidateNotNullOrEmpty]
    public ServerIdentity[]? Server { get; set; }

    internal override void Begin() => _table = SessionTable.Current;

    internal override void Collect()
    {
        IEnumerable<GpuConnection> all = _table!.Own.Concat(_table.Adopted);
        foreach (GpuConnection connection in Server is null ? all : Server.SelectMany(server => Matching(server, all)))
        {
            if (!_connections.Contains(connection) && connection.IsOpen && ShouldProcess(connection.Name, "Disconnect"))
            {
                _connections.Add(connection);
            }
        }
    }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (GpuConnection connection in _connections)
        {
            try
            {
                await connection.CloseAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException error)
            {
                relay.Verbose($"{connection.Name} did not take the logout: {error.Message}");
            }

            _table!.ForgetAdopted(connection);
        }
    }

    private List<GpuConnection> Matching(ServerIdentity server, IEnumerable<GpuConnection> all)
    {
        if (server.Connection is { } connection)
        {
            return [connection];
        }

        List<GpuConnection> found = server.Borrowed is { } borrowed
            ? [.. new[] { _table!.FindAdopted(borrowed) }.OfType<GpuConnection>()]
            : [.. all.Where(one => WildcardPattern.Get(server.Name, WildcardOptions.IgnoreCase).IsMatch(one.Name))];
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(server.Name) && server.Borrowed is null)
        {
            WriteError(Errors.ErrorMapper.ToRecord(new GpuVSphereException(
                "ServerNotConnected",
                GpuErrorCategory.ObjectNotFound,
                $"There is no connection of this module to a server named '{server.Name}'.",
                server.Name,
                "Get-GpuVSphereConnection lists what is connected.")));
        }

        return found;
    }
}
