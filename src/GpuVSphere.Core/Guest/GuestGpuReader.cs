using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.GuestOs;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Guest;

/// <summary>Reads what a guest shows of its GPUs. Changes nothing.</summary>
internal static class GuestGpuReader
{
    /// <summary>What is asked of Device Manager: each of NVIDIA's devices in a line of its own.</summary>
    public const string WindowsScript =
        "Get-WmiObject Win32_PnPEntity -Filter 'DeviceID LIKE ''PCI\\\\VEN_10DE%''' | ForEach-Object { '{0}|{1}|{2}|{3}|{4}' -f $_.DeviceID, $_.ConfigManagerErrorCode, $_.Service, $_.PNPClass, $_.Name }";

    private static readonly string[] s_report = ["-q", "-x"];

    /// <summary>Reads devices, modules, the kernel's log and nvidia-smi.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="state">What is known of the VM and the system; the rest of it is filled in.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<GuestGpuState> ReadAsync(IGuestShell shell, GuestGpuState state, CancellationToken cancellationToken)
    {
        GuestAsk ask = new(shell);
        return shell.Family == GuestFamily.Windows
            ? await ReadWindowsAsync(shell, ask, state, cancellationToken).ConfigureAwait(false)
            : await ReadLinuxAsync(shell, ask, state, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<GuestGpuState> ReadLinuxAsync(IGuestShell shell, GuestAsk ask, GuestGpuState state, CancellationToken cancellationToken)
    {
        ShellResult lspci = await ask.RunAsync(Lspci.Command, cancellationToken).ConfigureAwait(false);
        ShellResult modules = await ask.RunAsync("cat /proc/modules", cancellationToken).ConfigureAwait(false);
        ShellResult module = await ask.RunAsync("modinfo nvidia", cancellationToken).ConfigureAwait(false);
        string? loaded = await ask.LineAsync("cat /sys/module/nvidia/version", cancellationToken).ConfigureAwait(false);
        ShellResult log = await ask.RunAsRootAsync(KernelLog.Command, cancellationToken).ConfigureAwait(false);
        ShellResult smi = await GuestNvidiaSmi.RunAsync(shell, s_report, cancellationToken).ConfigureAwait(false);
        string? cuda = await ask.LineAsync("ldconfig -p | grep -F libcuda.so.1", cancellationToken).ConfigureAwait(false);
        return WithSmi(state, smi) with
        {
            Devices = lspci.ExitCode == 0 ? Lspci.Read(lspci.Output) : null,
            WhyNoDevices = lspci.ExitCode == 0 ? string.Empty : lspci.ExitCode == GuestAsk.NotFound ? "lspci is not in the guest" : "lspci says: " + GuestAsk.Said(lspci),
            ToListDevices = lspci.ExitCode == GuestAsk.NotFound ? "Install pciutils in the guest." : null,
            Modules = KernelModule.ReadLoaded(modules.Output),
            NouveauUses = KernelModule.ReadUses(modules.Output, "nouveau"),
            Installed = KernelModule.Read(module.Output),
            LoadedVersion = loaded,
            Log = KernelLog.Read(log.Output),
            CudaLibrary = cuda is null ? null : cuda.Substring(cuda.LastIndexOf(' ') + 1),
        };
    }

    private static async Task<GuestGpuState> ReadWindowsAsync(IGuestShell shell, GuestAsk ask, GuestGpuState state, CancellationToken cancellationToken)
    {
        ShellResult devices = await ask.RunAsync(WindowsQuoting.Join(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", WindowsScript]), cancellationToken).ConfigureAwait(false);
        ShellResult smi = await GuestNvidiaSmi.RunAsync(shell, s_report, cancellationToken).ConfigureAwait(false);
        return WithSmi(state, smi) with
        {
            Devices = devices.ExitCode == 0 ? ReadWindowsDevices(devices.Output) : null,
            WhyNoDevices = devices.ExitCode == 0 ? string.Empty : "Windows does not list its devices: " + GuestAsk.Said(devices),
        };
    }

    /// <summary>Reads the lines of <see cref="WindowsScript"/>.</summary>
    public static IReadOnlyList<GuestGpuDevice> ReadWindowsDevices(string text)
    {
        List<GuestGpuDevice> gpus = [];
        foreach (string[] fields in GuestAsk.Lines(text).Select(line => line.Split(['|'], 5)).Where(fields => fields.Length == 5))
        {
            // Without a driver a device has no class, and Windows calls it a video controller; NVIDIA's sound and USB functions are neither.
            bool isGpu = string.Equals(fields[3], "Display", StringComparison.OrdinalIgnoreCase) || fields[4].IndexOf("Video Controller", StringComparison.OrdinalIgnoreCase) >= 0;
            int at = fields[0].IndexOf("DEV_", StringComparison.OrdinalIgnoreCase);
            if (isGpu)
            {
                gpus.Add(new GuestGpuDevice
                {
                    Address = fields[0],
                    Name = fields[4],
                    DeviceId = at >= 0 && fields[0].Length >= at + 8 && ushort.TryParse(fields[0].Substring(at + 4, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort id) ? id : null,
                    Driver = fields[2].Length == 0 ? null : fields[2],
                    ProblemCode = int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : null,
                });
            }
        }

        return gpus;
    }

    private static GuestGpuState WithSmi(GuestGpuState state, ShellResult smi)
    {
        if (smi.ExitCode == GuestNvidiaSmi.NotFound)
        {
            return state;
        }

        NvidiaSmiReport? report = null;
        string trouble = GuestAsk.Said(smi);
        if (smi.ExitCode == 0)
        {
            try
            {
                report = NvidiaSmiText.Read(smi.Output);
            }
            catch (GpuVSphereException error)
            {
                // "No devices were found" comes with 0 from some versions.
                trouble = trouble.Length > 0 ? trouble : error.Message;
            }
        }

        return state with { HasSmi = true, Smi = report, SmiTrouble = report is null ? trouble : string.Empty, Processes = GpuProcess.Read(smi.Output) };
    }
}
