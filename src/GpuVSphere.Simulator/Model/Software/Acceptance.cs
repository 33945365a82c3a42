using System.Linq;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>The acceptance levels: the first is the strictest. A host takes packages of its own level and of stricter ones.</summary>
internal sealed record Acceptance(string Tag, string CliName, string ApiName)
{
    private static readonly Acceptance[] s_all =
    [
        new("certified", "VMwareCertified", "vmware_certified"),
        new("accepted", "VMwareAccepted", "vmware_accepted"),
        new("partner", "PartnerSupported", "partner"),
        new("community", "CommunitySupported", "community"),
    ];

    public static Acceptance Partner { get; } = s_all[2];

    /// <summary>By any of its names; null when it is none.</summary>
    public static Acceptance? Find(string? name) => s_all.FirstOrDefault(level => level.Tag == name || level.CliName == name || level.ApiName == name);

    public bool Takes(Acceptance level) => System.Array.IndexOf(s_all, level) <= System.Array.IndexOf(s_all, this);
}
