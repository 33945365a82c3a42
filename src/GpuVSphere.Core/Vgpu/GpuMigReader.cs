using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Reads MIG of a host's GPUs.</summary>
public static class GpuMigReader
{
    private const string ProfilesCommand = "nvidia-smi mig -lgip";

    /// <summary>Reads the GPUs of a host that its driver has.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host with its GPUs.</param>
    /// <param name="shells">The way to the hosts' shells.</param>
    /// <param name="notes">What is told.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">Those of <see cref="NvidiaSmiReader"/>.</exception>
    public static async Task<IReadOnlyList<GpuMig>> ReadAsync(VimSession session, GpuHost host, IHostShells? shells, HostShellNotes notes, CancellationToken cancellationToken)
    {
        (IReadOnlyList<NvidiaSmiGpu> gpus, ILookup<int, MigProfile> profiles) =
            await NvidiaSmiReader.UseAsync(session, host, shells, (shell, token) => ReadAsync(shell, host, needsProfiles: true, token), notes, cancellationToken).ConfigureAwait(false);
        return
        [
            .. gpus.Where(gpu => gpu.Address is not null).Select(gpu => new GpuMig
            {
                HostId = gpu.HostId,
                HostName = gpu.HostName,
                ServerName = gpu.ServerName,
                Address = gpu.Address!.Value,
                Name = gpu.Name,
                Current = gpu.MigCurrent,
                Pending = gpu.MigPending,
                Instances = gpu.MigInstances,
                Profiles = gpu.MigCurrent == true ? [.. profiles[gpu.Index]] : [],
            }),
        ];
    }

    /// <summary>Reads through a shell that is open: the GPUs, and the profiles of instances by the driver's number of the GPU, where one is in MIG mode.</summary>
    internal static async Task<(IReadOnlyList<NvidiaSmiGpu> Gpus, ILookup<int, MigProfile> Profiles)> ReadAsync(
        IShell shell, GpuHost host, bool needsProfiles, CancellationToken cancellationToken)
    {
        IReadOnlyList<NvidiaSmiGpu> gpus = (await NvidiaSmiReader.ReadAsync(shell, host, cancellationToken).ConfigureAwait(false)).Gpus;
        string listed = needsProfiles && gpus.Any(gpu => gpu.MigCurrent == true) ? (await shell.RunAsync(ProfilesCommand, cancellationToken).ConfigureAwait(false)).Output : string.Empty;
        return (gpus, NvidiaSmiText.ReadMigProfiles(listed).ToLookup(one => one.Gpu, one => one.Profile));
    }
}
