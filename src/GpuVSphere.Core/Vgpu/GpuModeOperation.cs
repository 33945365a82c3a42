using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Switches ECC or MIG mode of GPUs, or makes MIG instances, by nvidia-smi on the hosts.</summary>
internal sealed class GpuModeOperation(GpuMode mode, ChangeIntent intent, OperationContext context) : HostOperation(intent, context)
{
    protected override async Task<HostProposal> ProposeAsync(VimSession session, HostSubject subject, CancellationToken cancellationToken)
    {
        IReadOnlyList<GpuModeWish> wishes = GpuModeWish.Read(subject.Intent);
        GpuHost host = subject.Host;

        // A host that does not answer, or whose GPUs the driver cannot see, is not asked.
        bool isAsked = host.IsConnected && wishes.Any(wish => host.Devices.Any(device => device.Address == wish.Address && !device.IsActive));
        (IReadOnlyList<NvidiaSmiGpu> Gpus, ILookup<int, MigProfile> Profiles) read = isAsked
            ? await NvidiaSmiReader.UseAsync(session, host, Context.Shells, (shell, token) => GpuMigReader.ReadAsync(shell, host, wishes.Any(wish => wish.Instances is { Count: > 0 }), token), Context.ShellNotes, cancellationToken)
                .ConfigureAwait(false)
            : ([], Enumerable.Empty<int>().ToLookup(gpu => gpu, _ => default(MigProfile)!));
        return GpuModePlanner.Plan(mode, subject, Options, wishes, read.Gpus, read.Profiles, Context);
    }
}
