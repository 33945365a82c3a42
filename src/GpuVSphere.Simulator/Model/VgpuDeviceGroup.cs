using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// A vendor device group: GPUs joined by NVLink, all given whole to one VM (facts/catalog/compat.md: groups of 2, 4 and 8; the name as in
/// samples/soap-queryconfigtarget-a100-vgpu-host.xml).
/// </summary>
internal sealed record VgpuDeviceGroup(CardModel Card, VgpuType Type, int Size)
{
    private static readonly int[] s_sizes = [2, 4, 8];

    public string Name => string.Format(CultureInfo.InvariantCulture, "Nvidia:{0}@{1}%NVLink", Size, Type.Name);

    /// <summary>The groups a host offers.</summary>
    public static IEnumerable<VgpuDeviceGroup> OfHost(HostSystem host) =>
        from linked in Linked(host)
        let card = linked.First().Card
        from type in VgpuOffers.Usable(host, linked.First())
        where !type.IsMig && type.FrameBufferMB == card.FrameBufferMB && type.Class == "compute"
        from size in s_sizes
        where size <= linked.Count
        select new VgpuDeviceGroup(card, type, size);

    /// <summary>The GPUs of a host that NVLink joins, in vGPU use.</summary>
    public static IEnumerable<IReadOnlyList<PciFunction>> Linked(HostSystem host) => host.Functions
        .Where(function => function.Gpu.NvLinkGroup > 0 && host.Graphics.Type(function) == "sharedDirect")
        .GroupBy(function => (function.Gpu.NvLinkGroup, function.Card))
        .Select(group => group.ToList());
}
