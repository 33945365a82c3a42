namespace GpuVSphere.Catalog;

/// <summary>Whether two things work together, as far as it is known.</summary>
public enum CompatibilityVerdict
{
    /// <summary>They do.</summary>
    Compatible,

    /// <summary>They do not.</summary>
    NotCompatible,

    /// <summary>No source says it, sources differ, or something that decides could not be read.</summary>
    Undecided,
}
