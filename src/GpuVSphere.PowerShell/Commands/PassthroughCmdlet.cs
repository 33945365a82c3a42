using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that switch GPUs of hosts, which a reboot may bring into force: passthrough, ECC, MIG.</summary>
public abstract class PassthroughCmdlet : HostRebootCmdlet
{
    /// <summary>All GPUs of the hosts that are named. Without it the GPUs must be named with -Device or come from the pipeline.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    internal abstract ChangeIntent Intent(IReadOnlyList<GpuDevice> devices);

    internal sealed override bool PrepareTargets() => GpuTargets.Prepare(this, All);

    internal sealed override Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken) =>
        GpuTargets.RunAsync(this, Intent, (devices, context) => ShowAsync(devices, context, relay, cancellationToken), relay, cancellationToken);

    /// <summary>Gives the GPUs as they are afterwards, for -PassThru.</summary>
    internal virtual Task ShowAsync(
        IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken) => GpuTargets.ShowAsync(devices, relay);
}
