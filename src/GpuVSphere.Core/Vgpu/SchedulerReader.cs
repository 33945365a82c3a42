using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Reads the vGPU schedulers of a host: what is configured by esxcli over the API, what is in force through its shell.</summary>
public static class SchedulerReader
{
    /// <summary>Reads the schedulers of a host's GPUs.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host with its GPUs.</param>
    /// <param name="shells">The way to the hosts' shells; null to ask over the API alone, which does not tell what is in force.</param>
    /// <param name="notes">What is told; a shell that could not be used is a warning.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">HostNotConnected, NvidiaNoDevices, NvidiaModuleMissing.</exception>
    public static async Task<IReadOnlyList<VgpuScheduler>> ReadAsync(VimSession session, GpuHost host, IHostShells? shells, HostShellNotes notes, CancellationToken cancellationToken)
    {
        if (!host.IsConnected)
        {
            throw HostAway.Error(host, "its vGPU scheduler cannot be read");
        }

        if (host.Devices.All(device => device.IsActive))
        {
            throw NvidiaSmiFailure.NoDevices(host.Name, host);
        }

        SchedulerState state = await ReadStateAsync(session, host, shells, notes, cancellationToken).ConfigureAwait(false);
        if (state.Trouble is { } trouble)
        {
            notes.Warning?.Invoke($"What is in force on {host.Name} could not be read. {trouble.Message}{(trouble.NextStep is { } next ? " " + next : string.Empty)}");
        }

        return state.Gpus(host);
    }

    /// <summary>Reads what there is. A shell that cannot be used is an answer, not an error.</summary>
    internal static async Task<SchedulerState> ReadStateAsync(VimSession session, GpuHost host, IHostShells? shells, HostShellNotes notes, CancellationToken cancellationToken)
    {
        SchedulerState state = new()
        {
            Parameters = SchedulerParameters.Of(await ListAsync(session, host, cancellationToken).ConfigureAwait(false)),
            Driver = await DriverAsync(session, host, cancellationToken).ConfigureAwait(false),
            BootTime = host.BootTime,
        };
        if (shells is null || host.Devices.All(device => device.IsActive))
        {
            return state;
        }

        try
        {
            return await NvidiaSmiReader.UseAsync(session, host, shells, (shell, token) => InForceAsync(shell, host, state, token), notes, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException trouble) when (trouble is not NotAuthenticatedException)
        {
            return state with { Trouble = trouble };
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> ListAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        try
        {
            return await session.ListModuleParametersAsync(host.Id.Reference, SchedulerParameters.Module, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException refused) when (refused.Id == "EsxCliFault")
        {
            throw new GpuVSphereException(
                "NvidiaModuleMissing",
                GpuErrorCategory.InvalidState,
                $"{host.Name} does not tell the parameters of the kernel module nvidia: NVIDIA's host driver is not installed, or not booted yet. It says: {Said(refused.Message)}",
                host.Name,
                $"Get-NvidiaVib -VMHost {Typed.Name(host.Name)} shows what is installed; Install-NvidiaVib installs it.",
                refused);
        }
    }

    // The words of the host itself, behind what was called.
    private static string Said(string message) => message.IndexOf(" failed: ", StringComparison.Ordinal) is >= 0 and var at ? message.Substring(at + " failed: ".Length) : message;

    private static async Task<DriverVersion?> DriverAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<InstalledSoftware> vibs = await session.ListVibsAsync(host.Id.Reference, ofNextBoot: false, cancellationToken).ConfigureAwait(false);
            return vibs.Select(vib => SoftwareState.Judge(vib.Name, vib.Version)).FirstOrDefault(judged => judged is { IsDriver: true })?.Driver;
        }
        catch (GpuVSphereException refused) when (refused.Id == "EsxCliFault")
        {
            return null;
        }
    }

    private static async Task<SchedulerState> InForceAsync(IShell shell, GpuHost host, SchedulerState state, CancellationToken cancellationToken)
    {
        Dictionary<PciAddress, SchedulerSetting?> inForce = [];
        ShellResult logged = await shell.RunAsync(SmiScheduler.LogCommand, cancellationToken).ConfigureAwait(false);
        Take(SmiScheduler.ReadLog(logged.Output), inForce);
        if (SchedulerState.IsLiveDriver(state.Driver))
        {
            // It may have been changed since the boot.
            ShellResult told = await shell.RunAsync(SmiScheduler.StateCommand, cancellationToken).ConfigureAwait(false);
            if (NvidiaSmiFailure.Explain(told, host.Name, host) is { Id: "NvidiaSmiMissing" or "NvidiaDriverNotLoaded" or "NvidiaNoDevices" } failure)
            {
                return state with { Trouble = failure };
            }

            Take(SmiScheduler.ReadState(told.Output), inForce);
        }

        return state with { InForce = inForce, HasShell = true };
    }

    private static void Take(IReadOnlyDictionary<PciAddress, (string Policy, double? SliceMs)> told, Dictionary<PciAddress, SchedulerSetting?> inForce)
    {
        foreach (KeyValuePair<PciAddress, (string Policy, double? SliceMs)> gpu in told)
        {
            inForce[gpu.Key] = gpu.Value.Policy switch
            {
                "BEST_EFFORT" => SchedulerSetting.BestEffort,
                "EQUAL_SHARE" => new SchedulerSetting(VgpuSchedulerPolicy.EqualShare, gpu.Value.SliceMs),
                "FIXED_SHARE" => new SchedulerSetting(VgpuSchedulerPolicy.FixedShare, gpu.Value.SliceMs),
                _ => null,
            };
        }
    }
}
