using System;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;

namespace GpuVSphere.Smi;

/// <summary>Why nvidia-smi gave no report, with what the inventory knows of the host's GPUs.</summary>
internal static class NvidiaSmiFailure
{
    private const int NotFound = 127;
    private const string Unknown = "<host>";

    /// <summary>The explained error of a run that failed; null of one that did not.</summary>
    /// <param name="result">The run.</param>
    /// <param name="host">The host's name; null where only the text is known.</param>
    /// <param name="inventory">What the inventory knows of the host.</param>
    public static GpuVSphereException? Explain(ShellResult result, string? host, GpuHost? inventory)
    {
        string hostName = host ?? Unknown;
        string said = (result.Output + "\n" + result.Error).Trim();
        bool Says(string words) => said.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;

        if (result.ExitCode == NotFound || Says("nvidia-smi: not found") || Says("nvidia-smi: command not found"))
        {
            return new GpuVSphereException(
                "NvidiaSmiMissing",
                GpuErrorCategory.InvalidState,
                $"{hostName} has no nvidia-smi: NVIDIA's host driver is not installed.",
                hostName,
                $"Install it with Install-NvidiaVib -VMHost {Typed.Name(host, Unknown)} -Path <VIB>; Get-NvidiaVib -VMHost {Typed.Name(host, Unknown)} shows what is there.");
        }

        if (Says("couldn't communicate with the NVIDIA driver") || Says("Failed to initialize NVML"))
        {
            return new GpuVSphereException(
                "NvidiaDriverNotLoaded",
                GpuErrorCategory.InvalidState,
                $"NVIDIA's driver is installed on {hostName} and not loaded, or not the version of its tools. {Passthrough(inventory)}It says: {OneLine(said)}",
                hostName,
                AllInPassthrough(inventory)
                    ? $"The driver loads for a GPU that is not in passthrough: Disable-GpuPassthrough -VMHost {Typed.Name(host, Unknown)} -Device <address> -Reboot"
                    : $"Reboot the host when the driver was installed or updated since its last boot; else look at it with: vmkload_mod -l | grep nvidia, and for NVRM in /var/log/vmkernel.log");
        }

        if (Says("No devices were found") || Says("No devices found"))
        {
            return NoDevices(host, inventory);
        }

        if (Says("No supported devices in vGPU mode"))
        {
            return new GpuVSphereException(
                "NvidiaNotInVgpuMode",
                GpuErrorCategory.InvalidState,
                $"No GPU of {hostName} is in vGPU mode. {Passthrough(inventory)}",
                hostName,
                $"Set-HostGraphicsMode -VMHost {Typed.Name(host, Unknown)} -GraphicsType SharedDirect -Reboot; Get-HostGraphicsMode -VMHost {Typed.Name(host, Unknown)} shows what is in force.");
        }

        return result.ExitCode == 0 ? null : new GpuVSphereException(
            "NvidiaSmiFailed",
            GpuErrorCategory.OperationFailed,
            $"nvidia-smi on {hostName} failed with {result.ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture)}: {(said.Length == 0 ? "it said nothing." : OneLine(said))}",
            hostName,
            Says("Insufficient Permissions") ? "Log in as root: -HostCredential (Get-Credential root)." : "Look at the host's /var/log/vmkernel.log for lines of NVRM.");
    }

    /// <summary>The error about a host whose driver has no GPU, which is seldom one without any.</summary>
    /// <param name="host">The host's name; null where only the text is known.</param>
    /// <param name="inventory">What the inventory knows of the host.</param>
    public static GpuVSphereException NoDevices(string? host, GpuHost? inventory) => new(
        "NvidiaNoDevices",
        inventory is { Devices.Count: 0 } ? GpuErrorCategory.ObjectNotFound : GpuErrorCategory.InvalidState,
        inventory is { Devices.Count: 0 }
            ? $"{host ?? Unknown} has no NVIDIA GPU."
            : $"NVIDIA's driver on {host ?? Unknown} has no GPU. {Passthrough(inventory)}",
        host ?? Unknown,
        inventory is { Devices.Count: 0 } ? "Get-GpuDevice lists the GPUs of all hosts."
            : AllInPassthrough(inventory) ? $"To have the host's driver see a GPU: Disable-GpuPassthrough -VMHost {Typed.Name(host, Unknown)} -Device <address> -Reboot"
            : $"Get-GpuDevice -VMHost {Typed.Name(host, Unknown)} shows the GPUs; the driver may be too old for them, or they may have failed: look for NVRM in /var/log/vmkernel.log");

    private static bool AllInPassthrough(GpuHost? host) => host is { Devices.Count: > 0 } && host.Devices.All(device => device.IsActive);

    private static string Passthrough(GpuHost? host)
    {
        GpuDevice[] given = [.. host?.Devices.Where(device => device.IsActive) ?? []];
        return given.Length == 0 ? string.Empty
            : $"{string.Join(", ", given.Select(device => $"{device.Address} ({device.Model ?? device.Name})"))} {(given.Length == 1 ? "is" : "are")} in passthrough and not visible to the host. ";
    }

    private static string OneLine(string text) => string.Join(" ", text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}
