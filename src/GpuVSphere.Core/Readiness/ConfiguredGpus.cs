using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.PowerOn;

namespace GpuVSphere.Readiness;

/// <summary>The GPUs that a VM is configured with, and the commands that mend what they lack.</summary>
internal static class ConfiguredGpus
{
    private const ushort Nvidia = 0x10DE;

    /// <summary>Those given as a whole: by address, or by ids of NVIDIA's.</summary>
    public static IReadOnlyList<VmGpu> Passthrough(GpuVm vm) =>
    [
        .. vm.PciDevices.Where(device => device.Kind == VmGpuKind.StaticPassthrough
            ? device.AllowedDevices.Count == 0 || device.AllowedDevices.Any(ids => ids.VendorId == Nvidia)
            : device.Kind == VmGpuKind.DynamicPassthrough && device.AllowedDevices.Any(ids => ids.VendorId == Nvidia)),
    ];

    /// <summary>The vGPUs.</summary>
    public static IReadOnlyList<VmGpu> Vgpus(GpuVm vm) => [.. vm.PciDevices.Where(device => device.Kind == VmGpuKind.Vgpu && device.VgpuProfile is not null)];

    /// <summary>Whether it has any GPU.</summary>
    public static bool HasAny(GpuVm vm) => Passthrough(vm).Count + Vgpus(vm).Count > 0;

    /// <summary>The command that asks for what the VM has already, and with it sets whatever else its GPUs need; null when it has none.</summary>
    public static string? GiveAgain(GpuVm vm)
    {
        string name = vm.Name;
        IReadOnlyList<VmGpu> whole = Passthrough(vm);
        if (whole.FirstOrDefault(device => device is { Kind: VmGpuKind.StaticPassthrough, Address: not null }) is { } byAddress)
        {
            return $"Add-VmGpuPassthrough -VM {Typed.Name(name)} -Device {byAddress.Address}";
        }

        if (whole.FirstOrDefault(device => device.Kind == VmGpuKind.DynamicPassthrough) is { } byIds)
        {
            string ids = string.Join(",", byIds.AllowedDevices.Select(match => $"'{match.VendorId:x4}:{match.DeviceId:x4}'"));
            return $"Add-VmGpuPassthrough -VM {Typed.Name(name)} -DeviceId {ids}{(byIds.CustomLabel is { Length: > 0 } label ? " -Label " + Typed.Name(label) : string.Empty)}";
        }

        return Vgpus(vm).Select(device => device.VgpuProfile).FirstOrDefault() is { } profile ? $"Add-VmVgpuProfile -VM {Typed.Name(name)} -VgpuProfile {Typed.Name(profile)}" : null;
    }

    /// <summary>Of the GPUs that are asked about those that the host's driver can have: the ones in passthrough, or about to be, are left out. For a VM all of its host count.</summary>
    public static IReadOnlyList<GpuDevice> OfDriver(ReadinessSubject subject) =>
    [
        .. (subject.Vm is null ? subject.Devices : subject.Host?.Devices ?? []).Where(device => !device.IsActive && !device.IsEnabled),
    ];

    /// <summary>Whether a GPU is of the kind that a VM's vGPUs are for; profiles that the catalogue does not know fit none.</summary>
    public static bool IsFor(GpuVm vm, GpuDevice device)
    {
        HashSet<string> boards = [.. Vgpus(vm).Select(vgpu => VgpuCatalog.InUse.FindType(vgpu.VgpuProfile!)?.Board).OfType<string>()];
        return VgpuCatalog.InUse.FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId).Any(board => boards.Contains(board.Name));
    }

    /// <summary>Makes what is certain of one GPU a doubt where another of the host is served: the one may not be meant.</summary>
    public static IEnumerable<Verdict> Doubted(IReadOnlyList<Verdict> verdicts)
    {
        bool isOneServed = verdicts.Any(verdict => verdict.Kind is VerdictKind.Holds or VerdictKind.Advice);
        return verdicts.Select(verdict => verdict.Kind == VerdictKind.Confirmed && isOneServed ? verdict with { Kind = VerdictKind.Unconfirmed } : verdict);
    }

    /// <summary>The address and model of a GPU, for a sentence.</summary>
    public static string Say(GpuDevice device) => $"{device.Address} ({device.Model ?? device.Name})";
}
