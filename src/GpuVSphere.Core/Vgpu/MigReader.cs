using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Vgpu;

/// <summary>Reads what GPU instances a host's GPUs could have.</summary>
internal static class MigReader
{
    private const string Command = "nvidia-smi mig -lgip";

    /// <summary>The profiles by the driver's number of the GPU; none when they are not needed, or when no GPU is in MIG mode.</summary>
    public static async Task<ILookup<int, MigProfile>> ReadProfilesAsync(IShell shell, bool isNeeded, CancellationToken cancellationToken)
    {
        string text = isNeeded ? (await shell.RunAsync(Command, cancellationToken).ConfigureAwait(false)).Output : string.Empty;
        return NvidiaSmiText.ReadMigProfiles(text).ToLookup(one => one.Gpu, one => one.Profile);
    }
}
