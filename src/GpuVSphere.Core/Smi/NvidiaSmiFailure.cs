using System;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;

namespace GpuVSphere.Smi;

/// <summary>Why nvidia-smi gave no report, with what the inventory knows of the host's GPUs.</summary>
internal static class NvidiaSmiFailure
{
    private const int NotFound = 127;

    /// <summary>The explained error of a run that failed; null of one that did not.</summary>
    public static GpuVSphereException? Explain(ShellResult result, string hostName, GpuHost? host)
    {
        string said = (result.Output + "\n" + result.Error).Trim();
        bool Says(string words) => said.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;

        if (result.ExitCode == NotFound || Says("nvidia-smi: not found") || Says("nvidia-smi: command not found"))
        {
            return new GpuVSphereException(
                "NvidiaSmiMissing",
                GpuErrorCategory.InvalidState,
                $"{hostName} has no nvidia-smi: NVIDIA's host driver is not installed.",
                hostName,
                $"Install it with Install-NvidiaVib -VMHost {Typed.Name(hostName)} -Path <VIB>; Get-NvidiaVib -VMHost {Typed.Name(hostName)} shows what is there.");
        }

        if (Says("couldn't communicate with the NVIDIA driver") || Says("Failed to initialize NVML"))
        {
            return new GpuVSphereException(
                "NvidiaDriverNotLoaded",
                GpuErrorCategory.InvalidState,
                $"NVIDIA's driver is installed on {hostName} and not loaded, or not the version of its tools. {Passthrough(host)}It says: {OneLine(said)}",
                hostName,
                AllInPassthrough(host)
                    ? $"The driver loads for a GPU that is not in passthrough: Disable-GpuPassthrough -VMHost {Typed.Name(hostName)} -Device <address> -Reboot"
                    : $"Reboot the host when the driver was installed or updated since its last boot; else look at it with: vmkload_mod -l | grep nvidia, and for NVRM in /var/log/vmkernel.log");
        }

        if (Says("No devices were found") || Says("No devices found"))
        {
            return NoDevices(hostName, host);
        }

        if (Says("No supported devices in vGPU mode"))
        {
            return new GpuVSphereException(
                "NvidiaNotInVgpuMode",
                GpuErrorCategory.InvalidState,
                $"No GPU of {hostName} is in vGPU mode. {Passthrough(host)}",
                hostName,
                $"Set-HostGraphicsMode -VMHost {Typed.Name(hostName)} -GraphicsType SharedDirect -Reboot; Get-HostGraphicsMode -VMHost {Typed.Name(hostName)} shows what is in force.");
        }

        return result.ExitCode == 0 ? null : new GpuVSphereException(
            "NvidiaSmiFailed",
            GpuErrorCategory.OperationFailed,
            $"nvidia-smi on {hostName} failed with {result.ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture)}: {(said.Length == 0 ? "it said nothing." : OneLine(said))}",
            hostName,
            Says("Insufficient Permissions") ? "Log in as root: -HostCredential (Get-Credential root)." : "Look at the host's /var/log/vmkernel.log for lines of NVRM.");
    }

    /// <summary>The error about a host whose driver has no GPU, which is seldom one without any.</summary>
    public static GpuVSphereException NoDevices(string hostName, GpuHost? host) => new(
        "NvidiaNoDevices",
        host is { Devices.Count: 0 } ? GpuErrorCategory.ObjectNotFound : GpuErrorCategory.InvalidState,
        host is { Devices.Count: 0 }
            ? $"{hostName} has no NVIDIA GPU."
            : $"NVIDIA's driver on {hostName} has no GPU. {Passthrough(host)}",
        hostName,
        host is { Devices.Count: 0 } ? "Get-GpuDevice lists the GPUs of all hosts."
            : AllInPassthrough(host) ? $"To have the host's driver see a GPU: Disable-GpuPassthrough -VMHost {Typed.Name(hostName)} -Device <address> -Reboot"
            : $"Get-GpuDevice -VMHost {Typed.Name(hostName)} shows the GPUs; the driver may be too old for them, or they may have failed: look for NVRM in /var/log/vmkernel.log");

    private static bool AllInPassthrough(GpuHost? host) => host is { Devices.Count: > 0 } && host.Devices.All(device => device.IsActive);

    private static string Passthrough(GpuHost? host)
    {
        GpuDevice[] given = [.. host?.Devices.Where(device => device.IsActive) ?? []];
        return given.Length == 0 ? string.Empty
            : $"{string.Join(", ", given.Select(device => $"{device.Address} ({device.Model ?? device.Name})"))} {(given.Length == 1 ? "is" : "are")} in passthrough and not visible to the host. ";
    }

    private static string OneLine(string text) => string.Join(" ", text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}
