using System;
using System.Globalization;
using System.Management.Automation;
using System.Threading;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.Shell;
using GpuVSphere.Simulator;

namespace GpuVSphere.PowerShell.Session;

/// <summary>A simulated vCenter that listens on the network: what Start-GpuVSphereSimulator gives and Stop-GpuVSphereSimulator takes.</summary>
public sealed class GpuVSphereSimulator
{
    private readonly GpuSimulator _simulator;
    private readonly SimulatorEndpoint _endpoint;
    private int _isStopped;

    internal GpuVSphereSimulator(GpuSimulator simulator, SimulatorEndpoint endpoint, string scenario, string? thumbprint)
    {
        _simulator = simulator;
        _endpoint = endpoint;
        Scenario = scenario;
        Thumbprint = thumbprint;
    }

    /// <summary>Where clients connect to, such as <c>https://127.0.0.1:8989/sdk</c>.</summary>
    public Uri Uri => _endpoint.Uri;

    /// <summary>The port.</summary>
    public int Port => Uri.Port;

    /// <summary>The inventory it started with.</summary>
    public string Scenario { get; }

    /// <summary>The SHA-256 thumbprint of its certificate; null when it speaks plain HTTP.</summary>
    public string? Thumbprint { get; }

    /// <summary>Whether it still answers.</summary>
    public bool IsRunning => Volatile.Read(ref _isStopped) == 0;

    /// <summary>The address.</summary>
    public override string ToString() => Uri.ToString();

    /// <summary>Whether a connection leads to it.</summary>
    internal bool IsServerOf(GpuConnection connection)
    {
        ServerHint hint = new(null, null, connection.HostAndPort);
        return hint.IsAt(ServerHint.HostAndPortOf(Uri)) || (Uri.IsLoopback && hint.IsAt("localhost:" + Port.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The shells of its hosts, where a session is one of its own; else null.</summary>
    internal IHostShells? ShellsFor(string serverUuid) =>
        string.Equals(_simulator.Options.InstanceUuid?.ToString(), serverUuid, StringComparison.OrdinalIgnoreCase) ? _simulator.Shells : null;

    internal Func<PSCredential?, IGuestShells>? GuestsFor(string serverUuid) =>
        string.Equals(_simulator.Options.InstanceUuid?.ToString(), serverUuid, StringComparison.OrdinalIgnoreCase) ? login => GuestsOf(_simulator, login) : null;

    /// <summary>The guests of a simulator, for a login; without one as <c>admin</c>, as an agent's key would log in.</summary>
    internal static IGuestShells GuestsOf(GpuSimulator simulator, PSCredential? login) => login is null
        ? simulator.Guests
        : simulator.GuestsAs(login.UserName.TrimStart('\\'), login.GetNetworkCredential().Password);

    internal void Stop()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 0)
        {
            _endpoint.Dispose();
            _simulator.Dispose();
        }
    }
}
