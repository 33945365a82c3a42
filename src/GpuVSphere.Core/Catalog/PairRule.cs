namespace GpuVSphere.Catalog;

/// <summary>What release notes say of a relation between manager and guest.</summary>
/// <param name="From">The first main release of the manager it holds for.</param>
/// <param name="Until">The last one; null for all that come later.</param>
/// <param name="Relation">The guest's release to the manager's.</param>
/// <param name="IsAccepted">Whether the pair works; null when that was not found.</param>
/// <param name="Confidence">Confirmed where the release notes were read, computed where they are taken from the nearest that were.</param>
/// <param name="Source">Where it is written.</param>
public sealed record PairRule(int From, int? Until, PairRelation Relation, bool? IsAccepted, FactConfidence Confidence, string Source)
{
    /// <summary>Whether it holds for a manager.</summary>
    /// <param name="major">The manager's main release.</param>
    public bool IsFor(int major) => major >= From && (Until is null || major <= Until);
}
