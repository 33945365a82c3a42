using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The GPU is not Shared Direct in force.</summary>
internal sealed class NotSharedDirectCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.NotSharedDirect;

    /// <inheritdoc/>
    public override string Title => "The GPU is Shared (vSGA), not Shared Direct, in force";

    /// <inheritdoc/>
    public override string KnownBy => "'The amount of graphics resource available in the parent resource pool is insufficient', or the vGPU plug-in does not start, and the host's GPUs are Shared";

    /// <inheritdoc/>
    public override string Source => "NVIDIA vGPU user guide, vSphere: power-on fails while the graphics type is still Shared; frankdenneman.nl 2022-10-18";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if ((evidence.NoResourceLine ?? evidence.PluginLine) is not { } line)
        {
            yield break;
        }

        GpuDevice[] own = [.. (evidence.Host?.Devices ?? []).Where(device => evidence.Profiles.Any(profile => IsFor(device, profile)))];
        if (own.Length > 0 && own.All(device => device.GraphicsType is "shared" or "basic" or "direct"))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                $"{string.Join(", ", own.Select(device => device.Address))} of {evidence.HostText} is {string.Join(", ", own.Select(device => device.GraphicsType).Distinct())}, not Shared Direct (sharedDirect)",
                own.Any(device => device.GraphicsType == "basic")
                    ? "A GPU that is basic is served by no NVIDIA driver: look at it with Get-HostGraphicsMode, and install the driver first where there is none. Then power the VM on."
                    : "Then power the VM on; before 7.0 U1 the host is rebooted for it, with -Reboot.",
                $"Set-HostGraphicsMode -VMHost {Typed.Name(evidence.HostName, "<host>")} -GraphicsType SharedDirect");
        }
        else if (own.Length == 0 && !evidence.KnowsHost)
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Possible,
                line,
                "A GPU may still be Shared in force, not Shared Direct",
                "Get-HostGraphicsMode shows it. " + evidence.LookAtVm);
        }
        else if (own.Any(device => device.GraphicsType is null))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Possible,
                line,
                $"Whether the GPUs of {evidence.HostText} are Shared Direct in force could not be read",
                $"Get-HostGraphicsMode -VMHost {Typed.Name(evidence.HostName, "<host>")} shows it.");
        }
    }

    /// <summary>Whether a profile is one of a GPU's.</summary>
    internal static bool IsFor(GpuDevice device, string profile) => VgpuCatalog.InUse.FindType(profile) is { } type && VgpuCatalog.InUse
        .FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId)
        .Any(board => board.Name == type.Board);
}
