using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of Set-GpuEcc and Set-GpuMig, which work through the hosts' shells.</summary>
public abstract class GpuModeCmdlet : PassthroughCmdlet
{
    /// <summary>
    /// The login at the hosts' ESXi shell. Without it the OpenSSH client's configuration and keys are used; with an empty password it names
    /// the user only.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? HostCredential { get; set; }

    internal sealed override PSCredential? ShellLogin => HostCredential;

    internal sealed override async Task ShowAsync(
        IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (IGrouping<VimObjectId, (GpuHost Host, GpuDevice Device)> host in devices.GroupBy(one => one.Host.Id))
        {
            try
            {
                await ShowAsync(host.First().Host, [.. host.Select(one => one.Device.Address)], context, relay, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }
    }

    internal abstract Task ShowAsync(GpuHost host, HashSet<PciAddress> wanted, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken);
}
