using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>A host's graphics, with its GPUs told from other devices.</summary>
internal sealed class GraphicsState(GpuHost host, HostGraphics graphics)
{
    public GpuHost Host => host;

    public HostGraphics Graphics => graphics;

    /// <summary>Whether the host lets its graphics be configured.</summary>
    public bool CanConfigure => graphics.Config is not null && !graphics.Manager.IsEmpty;

    /// <summary>Whether a driver serves a GPU that the host keeps: without one every GPU is basic.</summary>
    public bool HasDriver => Kept.Any(device => Info(device.Address)?.GraphicsType is GraphicsWords.Shared or GraphicsWords.SharedDirect);

    /// <summary>The GPUs that the host keeps for itself.</summary>
    public IEnumerable<GpuDevice> Kept => host.Devices.Where(device => !device.IsActive && !device.IsEnabled);

    public static string TypeOf(PciAddress address) => $"graphics type of {address}";

    public static string TypeInForceOf(PciAddress address) => $"graphics type of {address} in force";

    public static string ModeOf(PciAddress address) => $"vGPU mode of {address}";

    public static string ModeInForceOf(PciAddress address) => $"vGPU mode of {address} in force";

    public GraphicsInfo? Info(PciAddress address) => graphics.Devices.FirstOrDefault(info => PciText.FindAddress(info.PciId) == address);

    public GraphicsDeviceType? Entry(PciAddress address) => graphics.Config?.Devices.FirstOrDefault(device => Matches(device, address));

    /// <summary>The type configured for a device: its own, or else the host's default.</summary>
    public string? ConfiguredType(PciAddress address) => Entry(address)?.GraphicsType ?? graphics.Config?.DefaultType;

    public string? ConfiguredMode(PciAddress address) => Entry(address)?.VgpuMode;

    /// <summary>The type in force; null where nothing can be: no driver, passthrough, or not told.</summary>
    public string? ActiveType(PciAddress address) => Info(address)?.GraphicsType is GraphicsWords.Shared or GraphicsWords.SharedDirect ? Info(address)!.GraphicsType : null;

    /// <summary>The mode in force; null where no vGPU of either kind can run now.</summary>
    public string? ActiveMode(PciAddress address) => Info(address)?.VgpuMode is "sameSize" or GraphicsWords.MixedSize ? Info(address)!.VgpuMode : null;

    /// <summary>Whether a device waits for what is configured.</summary>
    public bool IsWaiting(PciAddress address) =>
        (ActiveType(address) is { } type && ConfiguredType(address) is { } wanted && type != wanted)
        || (ActiveMode(address) is { } mode && ConfiguredMode(address) is { } wantedMode && mode != wantedMode);

    /// <summary>The present values of everything a plan may name.</summary>
    public IReadOnlyDictionary<string, string?> Values()
    {
        Dictionary<string, string?> values = new(StringComparer.Ordinal)
        {
            [GraphicsWords.DefaultProperty] = graphics.Config?.DefaultType,
            [GraphicsWords.PolicyProperty] = graphics.Config?.AssignmentPolicy,
        };
        foreach (GpuDevice device in host.Devices)
        {
            values[TypeOf(device.Address)] = ConfiguredType(device.Address);
            values[ModeOf(device.Address)] = ConfiguredMode(device.Address);
            values[TypeInForceOf(device.Address)] = ActiveType(device.Address);
            values[ModeInForceOf(device.Address)] = ActiveMode(device.Address);
        }

        return values;
    }

    // Written with or without the segment, in either case.
    private static bool Matches(GraphicsDeviceType device, PciAddress address) =>
        PciText.FindAddress(device.DeviceId) == address || PciText.FindAddress("0000:" + device.DeviceId.Trim()) == address;
}
