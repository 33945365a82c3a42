namespace GpuVSphere.Mmio;

/// <summary>Where a size comes from.</summary>
public enum MmioSourceKind
{
    /// <summary>The sum of the devices' BARs, and the next power of two past it.</summary>
    BarRule,

    /// <summary>What the vendor publishes for one GPU.</summary>
    Published,

    /// <summary>What the vendor publishes for one GPU, taken for each of several and rounded up to a power of two. No vendor says this.</summary>
    DerivedFromPublished,

    /// <summary>The number of pages in the message of a failed power-on.</summary>
    PagesNeeded,

    /// <summary>The value that the VM has already.</summary>
    Existing,
}
