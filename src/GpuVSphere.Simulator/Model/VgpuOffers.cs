using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>Which vGPU types a host has on offer, whether or not there is room for one now.</summary>
internal static class VgpuOffers
{
    /// <summary>The API version of ESXi 8.0 U3, which brought mixed-size mode (facts/catalog/vsphere-gpu-features.csv).</summary>
    private const string MixedSizeApi = "8.0.3.0";

    /// <summary>
    /// What graphicsInfo calls <c>vgpuMode</c>: <c>none</c>, <c>sameSize</c>, <c>mixedSize</c> or <c>multiInstanceGpu</c>. Mixed-size needs 8.0 U3 and an
    /// Ampere or later GPU (vim25-gpu.md 2.3).
    /// </summary>
    public static string ModeOf(HostSystem host, PciFunction function) =>
        host.Graphics.Type(function) != "sharedDirect" ? "none"
        : function.Gpu.IsMigOn ? "multiInstanceGpu"
        : host.Graphics.VgpuMode(function) == "mixedSize" && host.Release.Has(MixedSizeApi) && function.Card.CanMixSizes ? "mixedSize"
        : "sameSize";

    /// <summary>The types that the driver has for a GPU in vGPU use, MIG types and others.</summary>
    public static IEnumerable<VgpuType> Known(HostSystem host, PciFunction function) =>
        host.Graphics.Type(function) == "sharedDirect" && GpuDriver.Of(host) is { } driver
            ? OfDriver(host, function.Card, driver)
            : [];

    /// <summary>The types that a GPU takes in the mode it is in.</summary>
    public static IEnumerable<VgpuType> Usable(HostSystem host, PciFunction function)
    {
        string mode = ModeOf(host, function);
        return Known(host, function).Where(type => type.IsMig == (mode == "multiInstanceGpu") && (mode != "mixedSize" || type.Placements.Count > 0));
    }

    /// <summary>The names a host offers, smallest first, each once.</summary>
    public static IEnumerable<string> NamesOf(HostSystem host) =>
        Ordered(host.Functions.SelectMany(function => Usable(host, function))).Select(type => type.Name);

    /// <summary>In the order of samples/soap-queryconfigtarget-a100-vgpu-host.xml: MIG types first, by size, and what only 8.0 U3 brought at the end.</summary>
    public static IEnumerable<VgpuType> Ordered(IEnumerable<VgpuType> types) => types
        .GroupBy(type => type.Name).Select(same => same.First())
        .OrderBy(type => type.FirstApi is not null).ThenBy(type => !type.IsMig).ThenBy(type => type.FrameBufferMB).ThenBy(type => type.MigSlices);

    private static IEnumerable<VgpuType> OfDriver(HostSystem host, CardModel card, GpuDriver driver)
    {
        bool hasOtherFlavour = driver.HasFlavours && host.Inventory.Options.ComputeCardsNeedAiEnterprise && !driver.IsAiEnterprise && card.IsComputeOnly;
        return VgpuTypeTable.OfCard(card).Where(type => !hasOtherFlavour
            && driver.Branch >= type.FirstBranch && !(driver.Branch > type.LastBranch)
            && (type.FirstApi is null || host.Release.Has(type.FirstApi))
            && (!driver.IsAiEnterprise || type.Series == 'C'));
    }
}
