using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>dockerd: reads its settings when it starts, and knows no later ones.</summary>
internal sealed class DockerDaemon : IGuestProgram
{
    public IReadOnlyList<string> Names { get; } = ["dockerd"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        call.Locked(() =>
        {
            DockerState state = call.Guest.State<DockerState>();
            (state.Daemon, state.Settings) = (GuestUnits.PidOf(call.Guest, "docker"), call.Guest.Files.Text("/etc/docker/daemon.json") ?? "{}");
            return 0;
        });
        await call.DelayAsync(TimeSpan.FromDays(3650), cancellationToken).ConfigureAwait(false);
        return 0;
    }
}
