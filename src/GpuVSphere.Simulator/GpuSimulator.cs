using System;
using System.Threading;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator;

/// <summary>A running simulated vCenter or ESXi host with GPUs: in this process, and over the network when asked.</summary>
public sealed partial class GpuSimulator : IDisposable
{
    private readonly SimulatedServer _server;
    private readonly RequestHandler _handler;
    private readonly System.Collections.Generic.List<SimulatorEndpoint> _endpoints = [];

    private GpuSimulator(SimulatorOptions options, Func<SimulatorOptions, IServerModel> model)
    {
        Options = options;
        Clock = new SimulatorClock(options.StartTime, options.ClockSpeed);
        IServerModel content = model(options);
        _server = new SimulatedServer(options, content, Clock);
        _handler = new RequestHandler(_server);
        string name = content.Profile.Name;
        InProcessTransport transport = new(name, _handler, _server.Stopped);
        Server = new VimServer(name, new RetryingTransport(transport, Clock), new InProcessFiles(name, transport), Clock, new InProcessGuestFiles(name, transport));
    }

    /// <summary>What it was started with.</summary>
    public SimulatorOptions Options { get; }

    /// <summary>The simulated time, which server and in-process client share.</summary>
    public SimulatorClock Clock { get; }

    /// <summary>The server without a network: requests and replies are serialised all the same.</summary>
    public VimServer Server { get; }

    /// <summary>The accidents that are ordered, on every transport.</summary>
    public FaultRules Faults => _server.Faults;

    /// <summary>The objects, for the model's side and the tests.</summary>
    internal SimulatedServer World => _server;

    /// <summary>Starts a simulator.</summary>
    /// <param name="options">The inventory, the clock, the accounts.</param>
    /// <exception cref="ArgumentException">There is no such scenario, or an option is out of its range.</exception>
    public static GpuSimulator Start(SimulatorOptions options) => new(options, ModelFactory.Create);

    /// <summary>Starts a simulator of the default inventory.</summary>
    public static GpuSimulator Start() => Start(new SimulatorOptions());

    /// <summary>Starts a simulator of another model.</summary>
    internal static GpuSimulator Start(SimulatorOptions options, IServerModel model) => new(options, _ => model);

    /// <summary>Ends every session at once, as a restart of the server does: whoever holds one is not authenticated any more.</summary>
    public void ExpireSessions()
    {
        lock (_server.Gate)
        {
            _server.Sessions.EndAll();
        }
    }

    /// <summary>Opens a port. Each call opens another one; all serve the same server.</summary>
    /// <param name="options">Where to listen, and with which certificate.</param>
    /// <returns>The open port; disposing of it closes it and its connections.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The port is in use or may not be opened.</exception>
    public SimulatorEndpoint Listen(SimulatorListenOptions options)
    {
        SimulatorEndpoint endpoint = new(options, _handler, _server.Stopped);
        lock (_endpoints)
        {
            _endpoints.Add(endpoint);
        }

        return endpoint;
    }

    /// <summary>Ends sessions, tasks and listening.</summary>
    public void Dispose()
    {
        _server.Dispose();
        lock (_endpoints)
        {
            foreach (SimulatorEndpoint endpoint in _endpoints)
            {
                endpoint.Dispose();
            }

            _endpoints.Clear();
        }

        Server.Dispose();
        Clock.Stop();
    }
}
