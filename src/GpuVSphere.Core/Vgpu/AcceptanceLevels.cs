namespace GpuVSphere.Vgpu;

/// <summary>The names of acceptance levels: esxcli's, those of descriptors, those of the API.</summary>
internal static class AcceptanceLevels
{
    /// <summary>Reads a name; null when it is none.</summary>
    public static AcceptanceLevel? Read(string? text) => text?.Trim().ToLowerInvariant().Replace("_", string.Empty) switch
    {
        "community" or "communitysupported" => AcceptanceLevel.CommunitySupported,
        "partner" or "partnersupported" => AcceptanceLevel.PartnerSupported,
        "accepted" or "vmwareaccepted" => AcceptanceLevel.VMwareAccepted,
        "certified" or "vmwarecertified" => AcceptanceLevel.VMwareCertified,
        _ => null,
    };
}
