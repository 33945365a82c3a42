namespace GpuVSphere.Vim;

/// <summary>A package as a host reaches it.</summary>
/// <param name="Location">A path on the host (<c>/vmfs/volumes/...</c>) or a URL that the host can reach.</param>
/// <param name="IsDepot">Whether it is a zip file with an index (an offline bundle or component), not a single VIB.</param>
public sealed record SoftwareSource(string Location, bool IsDepot);
