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
public abstract class NvidiaVibCmdlet : HostSettingCmdlet
{
    /// <summary>
    /// The login at the hosts' ESXi shell, which is asked whether nvidia-smi answers. Without it the OpenSSH client's configuration and keys are
    /// used; with an empty password it names the user only.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? HostCredential { get; set; }

    /// <summary>No parameter here: software is of a host as a whole. A GPU from the pipeline stands for its host.</summary>
    public sealed override DeviceIdentity[]? Device { get; set; }

    internal sealed override PSCredential? ShellLogin => HostCredential;

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
