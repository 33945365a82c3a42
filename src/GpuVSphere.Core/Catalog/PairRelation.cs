namespace GpuVSphere.Catalog;

/// <summary>How the main release of a guest driver stands to the manager's, where release notes have a word for it.</summary>
public enum PairRelation
{
    /// <summary>Both are of one main release.</summary>
    SameBranch,

    /// <summary>The guest is one main release older.</summary>
    PreviousBranch,

    /// <summary>Both are of long-term branches, and none lies between.</summary>
    PreviousLongTerm,
}
