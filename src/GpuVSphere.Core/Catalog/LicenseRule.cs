namespace GpuVSphere.Catalog;

/// <summary>Whether a main release works with a kind of licence server.</summary>
/// <param name="From">The first main release it holds for.</param>
/// <param name="Until">The last one; null for all that come later.</param>
/// <param name="Server">The licence server.</param>
/// <param name="IsAccepted">Whether it works; null when that was not found.</param>
/// <param name="Source">Where it is written.</param>
public sealed record LicenseRule(int From, int? Until, LicenseServerKind Server, bool? IsAccepted, string Source)
{
    /// <summary>Whether it holds for a release.</summary>
    /// <param name="major">The main release.</param>
    public bool IsFor(int major) => major >= From && (Until is null || major <= Until);
}
