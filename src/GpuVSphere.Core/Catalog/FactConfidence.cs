namespace GpuVSphere.Catalog;

/// <summary>How sure a figure is, from the weakest to the strongest; the smaller of two says how sure their sum is.</summary>
public enum FactConfidence
{
    /// <summary>Nobody said, and nothing could be computed.</summary>
    Unknown,

    /// <summary>No source gives the figure; it is worked out from another one, such as BAR1 from the frame buffer.</summary>
    Computed,

    /// <summary>One weak source, or sources that disagree.</summary>
    Doubtful,

    /// <summary>Seen, but not for certain on this very board.</summary>
    Probable,

    /// <summary>A source that names the board gives it, or the user typed it.</summary>
    Confirmed,

    /// <summary>Read from this very device, as in a vmware.log.</summary>
    Measured,
}
