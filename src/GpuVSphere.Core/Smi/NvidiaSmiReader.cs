using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Smi;

/// <summary>Runs nvidia-smi on a host, through its shell.</summary>
public static class NvidiaSmiReader
{
    internal const string ReportCommand = "nvidia-smi -q -x";
    internal const string VgpuCommand = "nvidia-smi vgpu -q";
    internal const string MigCommand = "nvidia-smi mig -lgi";

    /// <summary>Reads the GPUs of a host with the vGPUs and MIG instances on them. SSH that was off is on only for this.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host with its GPUs, which explain what nvidia-smi does not see.</param>
    /// <param name="shells">The way to the hosts' shells.</param>
    /// <param name="notes">What is told.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">
    /// NvidiaSmiMissing, NvidiaDriverNotLoaded, NvidiaNoDevices, NvidiaSmiFailed, NvidiaSmiNotUnderstood, HostNotConnected, and those of <see cref="HostShellAccess"/>.
    /// </exception>
    public static Task<NvidiaSmiReport> ReadAsync(VimSession session, GpuHost host, IHostShells? shells, HostShellNotes notes, CancellationToken cancellationToken) =>
        UseAsync(session, host, shells, (shell, token) => ReadAsync(shell, host, token), notes, cancellationToken);

    /// <summary>Gives the text of a host's XML report as it came.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host with its GPUs.</param>
    /// <param name="shells">The way to the hosts' shells.</param>
    /// <param name="notes">What is told.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">NvidiaSmiMissing, NvidiaDriverNotLoaded, NvidiaNoDevices, NvidiaSmiFailed, HostNotConnected, and those of <see cref="HostShellAccess"/>.</exception>
    public static Task<string> ReadTextAsync(VimSession session, GpuHost host, IHostShells? shells, HostShellNotes notes, CancellationToken cancellationToken) =>
        UseAsync(session, host, shells, (shell, token) => RunAsync(shell, host, ReportCommand, token), notes, cancellationToken);

    /// <summary>Reads what somebody has of nvidia-smi, such as what a colleague sent or what grep left of it.</summary>
    /// <param name="text">What it wrote, in any of the forms of <see cref="NvidiaSmiText"/>.</param>
    /// <exception cref="GpuVSphereException">NvidiaSmiMissing, NvidiaDriverNotLoaded, NvidiaNoDevices, NvidiaNotInVgpuMode: what it says is that it failed; NvidiaSmiNotUnderstood.</exception>
    public static NvidiaSmiReport Read(string text) =>
        NvidiaSmiFailure.Explain(new ShellResult(0, text, string.Empty), null, null) is { } failure ? throw failure : NvidiaSmiText.Read(text);

    /// <summary>Reads through a shell that is open.</summary>
    /// <param name="shell">The host's shell.</param>
    /// <param name="host">The host with its GPUs.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">NvidiaSmiMissing, NvidiaDriverNotLoaded, NvidiaNoDevices, NvidiaSmiFailed, NvidiaSmiNotUnderstood.</exception>
    public static async Task<NvidiaSmiReport> ReadAsync(IShell shell, GpuHost host, CancellationToken cancellationToken)
    {
        NvidiaSmiReport report = NvidiaSmiText.Read(await RunAsync(shell, host, ReportCommand, cancellationToken).ConfigureAwait(false));
        if (report.Gpus.Count == 0)
        {
            throw NvidiaSmiFailure.NoDevices(host.Name, host);
        }

        List<NvidiaSmiGpu> gpus = [.. report.Gpus.Select(gpu => gpu with { HostId = host.Id, HostName = host.Name, ServerName = host.ServerName })];
        if (gpus.Any(gpu => gpu.IsHostVgpu))
        {
            gpus = WithVgpus(gpus, await shell.RunAsync(VgpuCommand, cancellationToken).ConfigureAwait(false));
        }

        if (gpus.Any(gpu => gpu.MigCurrent == true))
        {
            // It ends with an error where there is no instance.
            ShellResult listed = await shell.RunAsync(MigCommand, cancellationToken).ConfigureAwait(false);
            ILookup<int, MigInstance> instances = NvidiaSmiText.ReadMigInstances(listed.Output).ToLookup(one => one.Gpu, one => one.Instance);
            gpus = [.. gpus.Select(gpu => gpu with { MigInstances = [.. instances[gpu.Index].OrderBy(instance => instance.Start)] })];
        }

        return report with { Gpus = gpus };
    }

    /// <summary>Gives what a command of nvidia-smi writes.</summary>
    /// <exception cref="GpuVSphereException">As it failed, explained.</exception>
    internal static async Task<string> RunAsync(IShell shell, GpuHost host, string command, CancellationToken cancellationToken)
    {
        ShellResult result = await shell.RunAsync(command, cancellationToken).ConfigureAwait(false);
        return NvidiaSmiFailure.Explain(result, host.Name, host) is { } failure ? throw failure : result.Output;
    }

    /// <summary>Does work with the shell of a host that answers and has a GPU that its driver can see; else the inventory tells why not, and no shell is opened.</summary>
    internal static Task<T> UseAsync<T>(
        VimSession session, GpuHost host, IHostShells? shells, System.Func<IShell, CancellationToken, Task<T>> work, HostShellNotes notes, CancellationToken cancellationToken) =>
        host.IsConnected && host.Devices.Any(device => !device.IsActive)
            ? HostShellAccess.UseAsync(session, host.Id, host.Name, shells, work, notes, cancellationToken)
            : throw (host.IsConnected ? NvidiaSmiFailure.NoDevices(host.Name, host) : HostAway.Error(host, "nvidia-smi cannot be run on it"));

    // Without a vGPU, some drivers say that no device is in vGPU mode although one is: that is no vGPU, and the mode is known from the report.
    private static List<NvidiaSmiGpu> WithVgpus(List<NvidiaSmiGpu> gpus, ShellResult result)
    {
        if (result.ExitCode != 0 || result.Output.IndexOf("vGPU ID", System.StringComparison.Ordinal) < 0)
        {
            return gpus;
        }

        ILookup<PciAddress?, NvidiaSmiVgpu> vgpus = NvidiaSmiText.Read(result.Output).Gpus.SelectMany(gpu => gpu.Vgpus.Select(vgpu => (gpu.Address, vgpu))).ToLookup(one => one.Address, one => one.vgpu);
        return [.. gpus.Select(gpu => gpu with { Vgpus = [.. vgpus[gpu.Address]] })];
    }
}
