using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Sets the vGPU schedulers of hosts: for the next boot by the parameters of NVIDIA's module, and live where that is possible.</summary>
internal sealed class SchedulerOperation(ChangeIntent intent, OperationContext context) : HostOperation(intent, context)
{
    protected override async Task<HostProposal> ProposeAsync(VimSession session, HostSubject subject, CancellationToken cancellationToken)
    {
        SchedulerWish wish = SchedulerWish.Read(subject.Intent);
        GpuHost host = subject.Host;

        // A host that does not answer, or that has no GPU for the driver, is not asked.
        SchedulerState? state = host.IsConnected && host.Devices.Any(device => !device.IsActive)
            ? await SchedulerReader.ReadStateAsync(session, host, wish.UsesShell ? Context.Shells : null, Context.ShellNotes, cancellationToken).ConfigureAwait(false)
            : null;
        return SchedulerPlanner.Plan(subject, Options, wish, state, Context);
    }
}
