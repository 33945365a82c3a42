using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of Install-NvidiaVib and Uninstall-NvidiaVib.</summary>
public abstract class NvidiaVibCmdlet : HostShellSettingCmdlet
{
    /// <summary>No parameter here: software is of a host as a whole. A GPU from the pipeline stands for its host.</summary>
    public sealed override DeviceIdentity[]? Device { get; set; }

    internal sealed override Task ShowAsync(
        IGpuOperation operation, IReadOnlyList<ChangeResult> results, IReadOnlyList<HostMeant> hosts, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        // What was refused before anything was touched is an error and nothing else.
        foreach (NvidiaVibResult result in ((INvidiaVibOperation)operation).Results.Where(result => result.Outcome != ChangeOutcome.Blocked))
        {
            relay.Output(result);
        }

        return Task.CompletedTask;
    }
}
