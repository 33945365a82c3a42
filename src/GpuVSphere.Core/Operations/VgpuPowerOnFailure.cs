using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>Why a VM with vGPUs did not power on: the causes of each message, those that are seen before those that are only possible. Pure.</summary>
internal static class VgpuPowerOnFailure
{
    private const string NoResource = "amount of graphics resource available";
    private const string NoPlugin = "Could not initialize plugin";

    /// <summary>The causes and what to do; null when the message is none of those about vGPUs.</summary>
    /// <param name="fault">What the server said.</param>
    /// <param name="vm">The VM as it was planned with.</param>
    /// <param name="host">Its host; null when it is not known.</param>
    /// <param name="profiles">The profiles that it was started with.</param>
    public static (string Causes, string Next)? Explain(VimFaultException fault, GpuVm vm, GpuHost? host, IReadOnlyList<string> profiles)
    {
        string hostName = host?.Name ?? vm.HostName ?? "its host";
        if (fault.FaultType == "InsufficientGraphicsResourcesFault" || Speaks(fault, NoResource))
        {
            List<string> causes = [.. NotSharedDirect(host, profiles)];
            if (causes.Count == 0)
            {
                causes.Add($"No GPU of {hostName} has room for {string.Join(", ", profiles)}: all are full, or run vGPUs of another size (same-size mode), or have no free placement (mixed-size, MIG)");
                causes.Add("a GPU may still be Shared in force, or the host may not offer the profile");
            }

            return (Sentence(causes), $"Get-GpuCapacity -VMHost {hostName} shows what still starts and what is in the way; Get-HostGraphicsMode -VMHost {hostName} shows the mode.");
        }

        if (Speaks(fault, NoPlugin))
        {
            List<string> causes = [.. NotSharedDirect(host, profiles)];
            if (!vm.IsMemoryReservationLocked && vm.MemoryReservationMB < vm.MemoryMB)
            {
                causes.Add("all memory of the VM must be reserved");
            }

            if (causes.Count == 0)
            {
                causes.Add("The GPU may not be Shared Direct in force");
            }

            causes.Add("ECC may be on with a vGPU release before 9.0");
            if (profiles.Any(UsesSriov))
            {
                causes.Add("SR-IOV may be off in the server's BIOS, which Ampere and later need");
            }

            causes.Add("the host may have another driver than the one the profile belongs to");
            return (
                Sentence(causes),
                $"Look at Get-HostGraphicsMode, Get-GpuEcc and Get-NvidiaSmi -VMHost {hostName}, then power {vm.Name} on again.");
        }

        return null;
    }

    private static IEnumerable<string> NotSharedDirect(GpuHost? host, IReadOnlyList<string> profiles)
    {
        GpuDevice[] own = [.. (host?.Devices ?? []).Where(device => profiles.Any(profile => IsFor(device, profile)))];
        if (own.Length > 0 && own.All(device => device.GraphicsType is "shared" or "basic" or "direct"))
        {
            yield return $"{string.Join(", ", own.Select(device => device.Address))} of {host!.Name} is {string.Join(", ", own.Select(device => device.GraphicsType).Distinct())}, not Shared Direct (sharedDirect)";
        }
    }

    private static bool IsFor(GpuDevice device, string profile) => VgpuCatalog.Default.FindType(profile) is { } type && VgpuCatalog.Default
        .FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId)
        .Any(board => board.Name == type.Board);

    private static bool UsesSriov(string profile) =>
        VgpuCatalog.Default.FindType(profile) is not { } type || VgpuCatalog.Default.Boards.Any(board => board.Name == type.Board && board.UsesSriov);

    private static string Sentence(IReadOnlyList<string> causes) => string.Join("; ", causes) + ".";

    private static bool Speaks(VimFaultException fault, string words) =>
        fault.Message.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0
        || fault.Details.Any(text => text.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0);
}
