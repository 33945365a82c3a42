using System;
using System.Linq;

namespace GpuVSphere.Vgpu;

/// <summary>esxcli's refusals to install or remove software, explained.</summary>
internal static class VibErrors
{
    private static readonly (string Mark, string Id, GpuErrorCategory Category, string Next)[] s_known =
    [
        ("DependencyError", "VibDependency", GpuErrorCategory.InvalidState, "The host lacks what the package needs, or keeps what it conflicts with: give the package for this ESXi version, or remove the other VIB first (Uninstall-NvidiaVib)."),
        ("AcceptanceConfigError", "VibAcceptance", GpuErrorCategory.PermissionDenied, "Give a package of NVIDIA's that is signed, or lower the host's level: esxcli software acceptance set."),
        ("Signature", "VibSignature", GpuErrorCategory.InvalidData, "Download the package again from NVIDIA."),
        ("MaintenanceModeError", "VibMaintenanceMode", GpuErrorCategory.InvalidState, "Somebody took the host out of maintenance mode meanwhile: run the command again."),
        ("LiveInstallationError", "VibInUse", GpuErrorCategory.ResourceBusy, "Something on the host uses the driver: power its vGPU VMs off and run the command again."),
        ("No space left", "VibNoSpace", GpuErrorCategory.OperationFailed, "Remove VIBs that are no longer used (esxcli software vib list)."),
        ("DownloadError", "PackageUnreachable", GpuErrorCategory.ObjectNotFound, "The host could not fetch the package: check the address or the datastore."),
        ("FormatError", "PackageDamaged", GpuErrorCategory.InvalidData, "Download or copy the package again."),
        ("IndexError", "PackageDamaged", GpuErrorCategory.InvalidData, "Download or copy the package again."),
        ("NoMatchError", "VibNotFound", GpuErrorCategory.ObjectNotFound, "Get-NvidiaVib shows what the host has."),
    ];

    /// <summary>The error for what esxcli said.</summary>
    /// <param name="fault">The fault of the call.</param>
    /// <param name="host">The name of the host.</param>
    /// <param name="what">What was to be done, as a noun.</param>
    /// <param name="isTrial">Whether the host was only asked what it would do.</param>
    public static GpuVSphereException Explain(GpuVSphereException fault, string host, string what, bool isTrial = false)
    {
        (string _, string id, GpuErrorCategory category, string next) = s_known.FirstOrDefault(known => fault.Message.IndexOf(known.Mark, StringComparison.OrdinalIgnoreCase) >= 0);
        return new GpuVSphereException(
            id ?? "VibRefused",
            id is null ? fault.Category : category,
            isTrial ? $"{host} was asked beforehand, and {what} would be refused; nothing was changed on it. {Text(fault)}" : $"{host}: {what} was refused. {Text(fault)}",
            host,
            id is null ? "Look at /var/log/esxupdate.log on the host." : next,
            fault);
    }

    /// <summary>Whether a refusal is one that the host would make in earnest too; maintenance mode, and what uses the driver, may be otherwise by then.</summary>
    public static bool IsRefusedForGood(GpuVSphereException fault) => s_known.Any(known =>
        known.Id is not ("VibMaintenanceMode" or "VibInUse") && fault.Message.IndexOf(known.Mark, StringComparison.OrdinalIgnoreCase) >= 0);

    /// <summary>What esxcli printed, without which command of which object it was.</summary>
    public static string Text(GpuVSphereException fault)
    {
        int at = fault.Message.IndexOf("failed:", StringComparison.Ordinal);
        return at < 0 ? fault.Message : fault.Message.Substring(at + "failed:".Length).Trim();
    }
}
