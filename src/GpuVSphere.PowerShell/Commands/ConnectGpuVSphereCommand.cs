using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Simulator;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Logs in to vSphere servers, takes a PowerCLI session over with certificate settings of its own, or starts a simulator in this process.</summary>
[Cmdlet(VerbsCommunications.Connect, "GpuVSphere", DefaultParameterSetName = "Server")]
[OutputType(typeof(GpuConnection))]
public sealed class ConnectGpuVSphereCommand : GpuCmdlet
{
    private readonly List<ServerIdentity> _servers = [];
    private SessionTable? _table;
    private string? _tracePath;
    private string? _certificateAction;

    /// <summary>The servers: names or addresses, with a port if it is not 443; VIServer objects of PowerCLI; simulators of Start-GpuVSphereSimulator.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Server")]
    [ServerTransformation]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [ValidateNotNullOrEmpty]
    public ServerIdentity[]? Server { get; set; }

    /// <summary>The user name and password. Asked for when they are left away.</summary>
    [Parameter(Position = 1, ParameterSetName = "Server")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The port, when it is not 443 and not part of the name.</summary>
    [Parameter(ParameterSetName = "Server")]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = 443;

    /// <summary>The SHA-256 thumbprint that the server's certificate must have: for certificates that this machine does not trust by itself.</summary>
    [Parameter(ParameterSetName = "Server")]
    [ValidateNotNullOrEmpty]
    public string? Thumbprint { get; set; }

    /// <summary>Accepts any certificate. Whoever sits between you and the server can then read your password.</summary>
    [Parameter(ParameterSetName = "Server")]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Seconds that the server may take to begin an answer, or be silent within one. Default: 300, as PowerCLI has it.</summary>
    [Parameter(ParameterSetName = "Server")]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; } = 300;

    /// <summary>A file that the conversation is appended to, without passwords, cookies and tickets.</summary>
    [Parameter(ParameterSetName = "Server")]
    [ValidateNotNullOrEmpty]
    public string? TracePath { get; set; }

    /// <summary>Starts a simulated vCenter within this process and connects to it. Nothing real is touched.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Simulator")]
    public SwitchParameter Simulator { get; set; }

    /// <summary>The simulated inventory to start with.</summary>
    [Parameter(ParameterSetName = "Simulator")]
    [ArgumentCompleter(typeof(ScenarioCompleter))]
    [ValidateNotNullOrEmpty]
    public string Scenario { get; set; } = "default";

    /// <summary>How many simulated seconds pass in a real one.</summary>
    [Parameter(ParameterSetName = "Simulator")]
    [ValidateRange(1d, 1000000d)]
    public double ClockSpeed { get; set; } = 100;

    internal override void Begin() => _table = SessionTable.Current;

    internal override void Collect() => _servers.AddRange(Server ?? []);

    internal override bool Prepare()
    {
        if (!SkipCertificateCheck && Thumbprint is null && _servers.Any(server => server.Borrowed is not null))
        {
            _certificateAction = PowerCliSessions.InvalidCertificateAction(InvokeCommand);
        }

        _tracePath = TracePath is null ? null : GetUnresolvedProviderPathFromPSPath(TracePath);
        if (Credential is null && _servers.Any(server => server.Borrowed is null && server.Connection is null && server.WrongType is null))
        {
            Credential = Ask(_servers[0].Name);
        }

        return true;
    }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (Simulator)
        {
            await ConnectSimulatorAsync(relay, cancellationToken).ConfigureAwait(false);
            return;
        }

        // One server that does not answer does not keep the others waiting, nor stop them.
        await Task.WhenAll(_servers.Select(server => ConnectOneAsync(server, relay, cancellationToken))).ConfigureAwait(false);
    }

    private PSCredential Ask(string server)
    {
        PSCredential? given;
        try
        {
            given = Host.UI.PromptForCredential("Connect-GpuVSphere", $"User name and password for {server}", null, null);
        }
        catch (Exception error) when (error is PSInvalidOperationException or HostException or NotImplementedException)
        {
            given = null;
        }

        return given ?? throw new GpuVSphereException(
            "CredentialNeeded",
            GpuErrorCategory.AuthenticationFailed,
            $"{server} needs a user name and a password, and nobody can be asked for them.",
            server,
            $"Connect-GpuVSphere -Server {Typed.Name(server)} -Credential <credential>");
    }

    private async Task ConnectSimulatorAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        GpuSimulator simulator = SimulatorStart.Start(Scenario, ClockSpeed);
        try
        {
            SimulatorUser user = SimulatorUser.Defaults[0];
            VimCredential credential = new(user.Name, user.Password.ToCharArray());
            VimSession session = await VimSession.ConnectAsync(simulator.Server, credential, cancellationToken).ConfigureAwait(false);
            GpuConnection connection = new(
                session, ConnectionOrigin.Simulator, simulator.Server.Name + ":0", null, simulator, session.IsVCenter ? null : credential)
            {
                SimulatedShells = simulator.Shells,
                SimulatedGuests = login => GpuVSphereSimulator.GuestsOf(simulator, login),
            };
            _table!.Add(connection);
            relay.Output(connection);
        }
        catch
        {
            simulator.Dispose();
            throw;
        }
    }

    private async Task ConnectOneAsync(ServerIdentity server, PipelineRelay relay, CancellationToken cancellationToken)
    {
        try
        {
            if (server.WrongType is { } wrong)
            {
                throw new GpuVSphereException(
                    "WrongType",
                    GpuErrorCategory.InvalidArgument,
                    $"{IdentityReader.Describe(wrong)} is no server.",
                    null,
                    "Give a server's name, a VIServer object of PowerCLI, or what Start-GpuVSphereSimulator returned.");
            }

            if (server.Connection is { } connection)
            {
                _ = connection.Session;
                relay.Output(connection);
            }
            else if (server.Borrowed is { } borrowed)
            {
                relay.Output(await Adoption.AdoptAsync(_table!, borrowed, Options(server), cancellationToken).ConfigureAwait(false));
            }
            else
            {
                relay.Output(await LogInAsync(server, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (GpuVSphereException error)
        {
            relay.Error(error);
        }
    }

    private async Task<GpuConnection> LogInAsync(ServerIdentity server, CancellationToken cancellationToken)
    {
        string address = AddressOf(server.Name);
        VimServer reached = VimServer.Http(address, Options(server));
        VimCredential credential = new(Credential!.UserName, Credential.Password);
        try
        {
            VimSession session = await VimSession.ConnectAsync(reached, credential, cancellationToken).ConfigureAwait(false);
            GpuConnection connection = new(
                session, ConnectionOrigin.Own, HostAndPort(address), null, reached, session.IsVCenter ? null : credential)
            {
                // A simulator of this session has no SSH of its own: its shells are reached here.
                SimulatedShells = _table!.Simulators.Select(simulator => simulator.ShellsFor(session.ServerUuid)).FirstOrDefault(shells => shells is not null),
                SimulatedGuests = _table!.Simulators.Select(simulator => simulator.GuestsFor(session.ServerUuid)).FirstOrDefault(guests => guests is not null),
            };
            if (session.IsVCenter)
            {
                credential.Dispose();
            }

            _table!.Add(connection);
            return connection;
        }
        catch
        {
            credential.Dispose();
            reached.Dispose();
            throw;
        }
    }

    private VimHttpOptions Options(ServerIdentity server) => new()
    {
        Thumbprint = Thumbprint ?? server.Thumbprint,
        SkipCertificateCheck = SkipCertificateCheck || (server.Borrowed is not null && PowerCliSessions.IsUnchecked(_certificateAction)),
        Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
        Trace = _tracePath is null ? null : TextWriter.Synchronized(new StreamWriter(_tracePath, append: true) { AutoFlush = true }),
    };

    private string AddressOf(string name)
    {
        if (Port == 443 || name.Contains("://") || name.EndsWith("]", StringComparison.Ordinal) == false && name.Split(':').Length == 2)
        {
            return name;
        }

        string host = name.Contains(":") && name[0] != '[' ? "[" + name + "]" : name;
        return host + ":" + Port.ToString(CultureInfo.InvariantCulture);
    }

    private static string HostAndPort(string address)
    {
        string text = address.Contains("://") ? address : "https://" + address;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? ServerHint.HostAndPortOf(uri) : address;
    }
}
