using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness;

/// <summary>The generation of a GPU, by its PCI ids.</summary>
internal static class DeviceArchitecture
{
    /// <summary>Such as <c>Pascal</c>; null for ids that no catalogue knows.</summary>
    public static string? Of(GpuDevice device) =>
        GpuCatalog.InUse.Find(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId)?.Architecture
        ?? VgpuCatalog.InUse.FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId).FirstOrDefault()?.Architecture;
}
