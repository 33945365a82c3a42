using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Simulator;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Starts a simulated vCenter that other programs can connect to over the network.</summary>
[Cmdlet(VerbsLifecycle.Start, "GpuVSphereSimulator")]
[OutputType(typeof(GpuVSphereSimulator))]
public sealed class StartGpuVSphereSimulatorCommand : GpuCmdlet
{
    private SessionTable? _table;

    /// <summary>The port; 0 lets the system choose a free one.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The address to listen on. Default: this machine only.</summary>
    [Parameter]
    [ValidateNotNull]
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>A certificate with its private key, for HTTPS. Without it the simulator speaks plain HTTP.</summary>
    [Parameter]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The simulated inventory to start with.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ScenarioCompleter))]
    [ValidateNotNullOrEmpty]
    public string Scenario { get; set; } = "default";

    /// <summary>How many simulated seconds pass in a real one.</summary>
    [Parameter]
    [ValidateRange(1d, 1000000d)]
    public double ClockSpeed { get; set; } = 100;

    internal override void Begin() => _table = SessionTable.Current;

    internal override Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        GpuSimulator simulator = SimulatorStart.Start(Scenario, ClockSpeed);
        try
        {
            SimulatorEndpoint endpoint = simulator.Listen(new SimulatorListenOptions { Address = Address, Port = Port, Certificate = Certificate });
            GpuVSphereSimulator started = new(simulator, endpoint, Scenario, Certificate is null ? null : ThumbprintOf(Certificate));
            _table!.Add(started);
            relay.Output(started);
        }
        catch (SocketException error)
        {
            simulator.Dispose();
            throw new GpuVSphereException(
                "PortNotFree",
                GpuErrorCategory.ResourceBusy,
                string.Format(CultureInfo.InvariantCulture, "Nothing can listen on {0} port {1}: {2}", Address, Port, error.Message),
                Port.ToString(CultureInfo.InvariantCulture),
                "Choose another port, or leave -Port away.",
                error);
        }
        catch
        {
            simulator.Dispose();
            throw;
        }

        return Task.CompletedTask;
    }

    private static string ThumbprintOf(X509Certificate2 certificate)
    {
        using SHA256 sha = SHA256.Create();
        List<string> bytes = [];
        foreach (byte one in sha.ComputeHash(certificate.RawData))
        {
            bytes.Add(one.ToString("X2", CultureInfo.InvariantCulture));
        }

        return string.Concat(bytes);
    }
}
