using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>A vGPU type that a host with NVIDIA's driver offers: equal parts of the frame buffer, compute flavour only.</summary>
/// <param name="Card">The card it runs on.</param>
/// <param name="SizeGB">The frame buffer of one vGPU.</param>
internal sealed record VgpuProfile(CardModel Card, int SizeGB)
{
    public string Name => "grid_" + Card.VgpuToken + "-" + SizeGB.ToString(CultureInfo.InvariantCulture) + "c";

    public int MaxPerCard => Card.FrameBufferMB / 1024 / SizeGB;

    /// <summary>The cards of a host that can run vGPUs now: a driver is there, and they are not in passthrough.</summary>
    public static IEnumerable<CardModel> CardsOf(HostSystem host) => host.HasGpuDriver
        ? host.Functions.Where(f => f.Card.VgpuToken.Length > 0 && !f.IsActive).Select(f => f.Card).Distinct()
        : [];

    public static IEnumerable<VgpuProfile> OfHost(HostSystem host) => CardsOf(host).SelectMany(OfCard);

    public static IEnumerable<VgpuProfile> OfCard(CardModel card)
    {
        int size = card.FrameBufferMB / 1024;
        return new[] { 10, 5, 4, 2, 1 }.Where(parts => size % parts == 0 && size / parts >= 4).Select(parts => new VgpuProfile(card, size / parts));
    }

    public static VgpuProfile? Find(CardModel card, string name) => OfCard(card).FirstOrDefault(profile => profile.Name == name);
}
