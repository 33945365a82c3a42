using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Shell;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Sets how the vGPUs of hosts or single GPUs share their time: best effort, equal share or fixed share.</summary>
[Cmdlet(VerbsCommon.Set, "VgpuScheduler", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VgpuScheduler), typeof(ChangePlan), typeof(Job))]
public sealed class SetVgpuSchedulerCommand : HostShellSettingCmdlet
{
    /// <summary>
    /// BestEffort: a vGPU may use what the others leave. EqualShare: the vGPUs that run have equal shares. FixedShare: each has the share that its
    /// profile stands for.
    /// </summary>
    [Parameter(Mandatory = true)]
    public VgpuSchedulerPolicy Policy { get; set; }

    /// <summary>How long a vGPU runs before the next one does, in milliseconds: short for latency, long for throughput. Without it the driver's default.</summary>
    [Parameter]
    [ValidateRange(1, 30)]
    public int TimeSliceMs { get; set; }

    /// <summary>Works over the vSphere API alone: the next boot takes the scheduler, nothing is set live, and SSH is left alone.</summary>
    [Parameter]
    public SwitchParameter NoShell { get; set; }

    private int? Slice => MyInvocation.BoundParameters.ContainsKey(nameof(TimeSliceMs)) ? TimeSliceMs : null;

    internal override bool PrepareTargets()
    {
        // Before any server is asked: a slice that cannot be.
        _ = Intent([]);
        return base.PrepareTargets();
    }

    internal override IGpuOperation Operation(IReadOnlyList<HostMeant> hosts, OperationContext context) => GpuOperations.Create(Intent(hosts), context);

    internal override async Task ShowAsync(
        IGpuOperation operation, IReadOnlyList<ChangeResult> results, IReadOnlyList<HostMeant> hosts, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        HashSet<Vim.VimObjectId> changed = Changed(results);
        HostShellNotes notes = new(relay.Verbose, relay.Warning);
        foreach (HostMeant host in hosts.Where(host => changed.Contains(host.Host.Id)))
        {
            try
            {
                foreach (VgpuScheduler gpu in (await SchedulerReader.ReadAsync(host.Connection.Session, host.Host, NoShell ? null : context.Shells, notes, cancellationToken).ConfigureAwait(false))
                    .Where(gpu => host.Devices is null || host.Devices.Any(device => device.Address == gpu.Address)))
                {
                    relay.Output(gpu);
                }
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }
    }

    private ChangeIntent Intent(IReadOnlyList<HostMeant> hosts)
    {
        Dictionary<GpuHost, IReadOnlyList<PciAddress>> devices = hosts
            .Where(host => host.Devices is not null)
            .ToDictionary(host => host.Host, host => (IReadOnlyList<PciAddress>)[.. host.Devices!.Select(device => device.Address)]);
        return SchedulerIntents.Set(hosts.Select(host => host.Host), devices, Policy, Slice, !NoShell, Options);
    }
}
