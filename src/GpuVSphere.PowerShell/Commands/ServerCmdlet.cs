using System.Management.Automation;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that work on servers.</summary>
public abstract class ServerCmdlet : GpuCmdlet
{
    private SessionTable? _table;
    private ServerSelection? _servers;

    /// <summary>
    /// The servers meant: connections of this module or of PowerCLI, or names of connected servers. Without it an object goes to the
    /// server it came from, and a name is looked for on PowerCLI's default servers or else on this module's own connections.
    /// </summary>
    [Parameter]
    [ServerTransformation]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [ValidateNotNullOrEmpty]
    public ServerIdentity[]? Server { get; set; }

    /// <summary>What this runspace has.</summary>
    internal SessionTable Table => _table!;

    internal ServerSelection Servers => _servers!;

    internal override void Begin() => _table = SessionTable.Current;

    internal sealed override bool Prepare()
    {
        if (!PrepareTargets())
        {
            return false;
        }

        _servers = ServerSelection.Take(this, Table, Server);
        return true;
    }

    /// <summary>Called on the pipeline thread after the last object.</summary>
    /// <returns>Whether there is anything to do.</returns>
    internal virtual bool PrepareTargets() => true;
}
