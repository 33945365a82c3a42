using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>Programs that run until they are ended: the persistence daemon, and an X server.</summary>
internal sealed class NvidiaDaemons : IGuestProgram
{
    public IReadOnlyList<string> Names { get; } = ["nvidia-persistenced", "Xorg"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        await call.ForeverAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }
}
