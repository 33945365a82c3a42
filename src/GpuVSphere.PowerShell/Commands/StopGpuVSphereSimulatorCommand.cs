using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Stops simulators that Start-GpuVSphereSimulator started. What was changed in them is gone.</summary>
[Cmdlet(VerbsLifecycle.Stop, "GpuVSphereSimulator", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopGpuVSphereSimulatorCommand : GpuCmdlet
{
    private readonly List<GpuVSphereSimulator> _simulators = [];
    private SessionTable? _table;

    /// <summary>The simulators. Without it, all that this runspace started.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public GpuVSphereSimulator[]? Simulator { get; set; }

    internal override void Begin() => _table = SessionTable.Current;

    internal override void Collect()
    {
        foreach (GpuVSphereSimulator simulator in Simulator ?? _table!.Simulators)
        {
            if (simulator.IsRunning && ShouldProcess(simulator.Uri.ToString(), "Stop the simulator"))
            {
                _simulators.Add(simulator);
            }
        }
    }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (GpuVSphereSimulator simulator in _simulators)
        {
            // While it still answers: afterwards a logout would only fail.
            foreach (GpuConnection connection in _table!.Own.Where(simulator.IsServerOf))
            {
                try
                {
                    await connection.CloseAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (GpuVSphereException error)
                {
                    relay.Verbose($"{connection.Name} did not take the logout: {error.Message}");
                }
            }

            simulator.Stop();
            _table.Remove(simulator);
        }
    }
}
