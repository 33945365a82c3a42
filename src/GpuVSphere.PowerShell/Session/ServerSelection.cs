using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Commands;
using GpuVSphere.PowerShell.Errors;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>
/// Which servers a call means: those of <c>-Server</c>, else PowerCLI's default servers, else this module's own connections. An object
/// that knows its server goes to that one. Made on the pipeline thread, opened off it; a server that cannot be opened is one error and
/// does not stop the others.
/// </summary>
internal sealed class ServerSelection
{
    private readonly SessionTable _table;
    private readonly List<ServerCandidate> _chosen = [];
    private readonly List<ServerCandidate> _known = [];
    private readonly string? _certificateAction;

    private ServerSelection(SessionTable table, bool isExplicit, string? certificateAction)
    {
        _table = table;
        IsExplicit = isExplicit;
        _certificateAction = certificateAction;
    }

    /// <summary>Whether <c>-Server</c> was given.</summary>
    public bool IsExplicit { get; }

    /// <summary>Takes note of what there is. Writes an error for each name or object of <c>-Server</c> that is no connected server.</summary>
    public static ServerSelection Take(GpuCmdlet cmdlet, SessionTable table, ServerIdentity[]? servers)
    {
        IReadOnlyList<BorrowedSession> powerCli = PowerCliSessions.Defaults(cmdlet.SessionState);
        IReadOnlyList<GpuConnection> own = table.Own;
        bool mayAdopt = powerCli.Count > 0;
        foreach (ServerIdentity server in servers ?? [])
        {
            mayAdopt |= server.Borrowed is not null;
        }

        ServerSelection selection = new(table, servers is not null, mayAdopt ? PowerCliSessions.InvalidCertificateAction(cmdlet.InvokeCommand) : null);
        foreach (BorrowedSession session in powerCli)
        {
            selection._known.Add(new ServerCandidate(session));
        }

        foreach (GpuConnection connection in own)
        {
            selection._known.Add(new ServerCandidate(connection));
        }

        if (servers is null)
        {
            // PowerCLI's defaults come first; the own connections serve when there are none.
            selection._chosen.AddRange(powerCli.Count > 0 ? selection._known.GetRange(0, powerCli.Count) : selection._known);
            return selection;
        }

        foreach (ServerIdentity server in servers)
        {
            selection.Choose(cmdlet, server);
        }

        return selection;
    }

    /// <summary>Opens the servers that a name is looked for on.</summary>
    /// <exception cref="GpuVSphereException">NotConnected: there is no server at all.</exception>
    public async Task<IReadOnlyList<GpuConnection>> OpenAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (_chosen.Count == 0)
        {
            if (IsExplicit)
            {
                return [];
            }

            throw new GpuVSphereException(
                "NotConnected",
                GpuErrorCategory.ConnectionFailed,
                "There is no connection to a vSphere server.",
                null,
                "Connect-GpuVSphere -Server <name> -Credential <credential>; or Connect-VIServer; or, to try things out, Connect-GpuVSphere -Simulator");
        }

        List<Task<GpuConnection?>> opening = [];
        foreach (ServerCandidate candidate in _chosen)
        {
            opening.Add(OpenAsync(candidate, relay, cancellationToken));
        }

        List<GpuConnection> open = [];
        foreach (GpuConnection? connection in await Task.WhenAll(opening).ConfigureAwait(false))
        {
            if (connection is null)
            {
                continue;
            }

            // Two sessions on one server are one server: with both, each of its names would fit two objects. The newest login is meant.
            open.RemoveAll(other => string.Equals(other.InstanceUuid, connection.InstanceUuid, StringComparison.OrdinalIgnoreCase));
            open.Add(connection);
        }

        return open;
    }

    /// <summary>Opens the server that an object came from, or gives null after writing why not.</summary>
    public async Task<GpuConnection?> OpenAsync(ServerHint hint, string objectName, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<ServerCandidate> candidates = [.. IsExplicit ? _chosen : _known];

        // Of two sessions on one server the newest, as for names.
        candidates.Reverse();
        foreach (ServerCandidate candidate in candidates)
        {
            if (candidate.IsOf(hint))
            {
                return await OpenAsync(candidate, relay, cancellationToken).ConfigureAwait(false);
            }
        }

        // A PowerCLI session need not say its server's id: those that are left are opened and asked.
        foreach (ServerCandidate candidate in candidates)
        {
            if (hint.ServerUuid is not null
                && await OpenAsync(candidate, relay, cancellationToken).ConfigureAwait(false) is { } connection
                && connection.IsOf(hint))
            {
                return connection;
            }
        }

        relay.Error(new GpuVSphereException(
            "NotConnected",
            GpuErrorCategory.ConnectionFailed,
            IsExplicit
                ? $"{objectName} comes from another server ({hint.HostAndPort ?? hint.ServerUuid}) than those given with -Server."
                : $"{objectName} comes from a server that is not among the connected ones ({hint.HostAndPort ?? hint.ServerUuid}).",
            objectName,
            IsExplicit ? "Leave -Server away, or name that server." : "Pass the connection to that server with -Server, or connect to it first."));
        return null;
    }

    /// <summary>Opens the servers of the objects of a plan; empty after writing why one of them cannot be.</summary>
    public async Task<IReadOnlyList<GpuConnection>> OpenAllAsync(IReadOnlyList<PlanTarget> targets, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<GpuConnection> open = [];
        foreach (IGrouping<string, PlanTarget> server in targets.GroupBy(target => target.Id.ServerUuid))
        {
            PlanTarget first = server.First();
            if (await OpenAsync(new ServerHint(server.Key, null, first.ServerName), first.Name, relay, cancellationToken).ConfigureAwait(false) is not { } connection)
            {
                return [];
            }

            open.Add(connection);
        }

        return open;
    }

    private void Choose(GpuCmdlet cmdlet, ServerIdentity server)
    {
        if (server.Connection is { } connection)
        {
            _chosen.Add(new ServerCandidate(connection));
            return;
        }

        if (server.Borrowed is { } borrowed)
        {
            _chosen.Add(new ServerCandidate(borrowed));
            return;
        }

        if (server.WrongType is { } wrong)
        {
            cmdlet.WriteError(ErrorMapper.ToRecord(new GpuVSphereException(
                "WrongType",
                GpuErrorCategory.InvalidArgument,
                $"-Server was given {IdentityReader.Describe(wrong)}, which is no connection to vSphere.",
                IdentityReader.Text(PSObject.AsPSObject(wrong), "Name"),
                "Give what Connect-GpuVSphere or Connect-VIServer returned, or the name of a connected server. A connection does not survive Start-Job: connect in the job.")));
            return;
        }

        WildcardPattern pattern = WildcardPattern.Get(server.Name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        bool isFound = false;
        foreach (ServerCandidate candidate in _known)
        {
            if (pattern.IsMatch(candidate.Name) || string.Equals(candidate.Uid, server.Name, StringComparison.OrdinalIgnoreCase))
            {
                _chosen.Add(candidate);
                isFound = true;
            }
        }

        if (!isFound)
        {
            cmdlet.WriteError(ErrorMapper.ToRecord(new GpuVSphereException(
                "ServerNotConnected",
                GpuErrorCategory.ObjectNotFound,
                $"There is no connection to a server named '{server.Name}'.",
                server.Name,
                $"Connect-GpuVSphere -Server {Typed.Name(server.Name)}; Get-GpuVSphereConnection lists what is connected.")));
        }
    }

    private async Task<GpuConnection?> OpenAsync(ServerCandidate candidate, PipelineRelay relay, CancellationToken cancellationToken)
    {
        try
        {
            return await candidate.OpenOnceAsync(() => ConnectAsync(candidate, relay, cancellationToken)).ConfigureAwait(false);
        }
        catch (GpuVSphereException error)
        {
            if (candidate.MayReport())
            {
                relay.Error(error);
            }

            return null;
        }
    }

    private async Task<GpuConnection> ConnectAsync(ServerCandidate candidate, PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (candidate.Connection is { } connection)
        {
            _ = connection.Session;
            return connection;
        }

        BorrowedSession borrowed = candidate.Borrowed!;
        if (_table.FindAdopted(borrowed) is { } adopted)
        {
            return adopted;
        }

        if (PowerCliSessions.IsWarned(_certificateAction))
        {
            relay.Warning($"The certificate of {borrowed.Name} is not checked, since PowerCLI's InvalidCertificateAction is Warn.");
        }

        return await Adoption.AdoptAsync(
            _table, borrowed, new VimHttpOptions { SkipCertificateCheck = PowerCliSessions.IsUnchecked(_certificateAction) }, cancellationToken).ConfigureAwait(false);
    }
}
