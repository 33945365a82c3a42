namespace GpuVSphere.Catalog;

/// <summary>A catalogue that was checked and can be put in use.</summary>
public sealed class CatalogOffer
{
    internal CatalogOffer(CatalogInfo info, KnownCatalog known, byte[] archive) => (Info, Known, Archive) = (info, known, archive);

    /// <summary>Where it comes from.</summary>
    public CatalogInfo Info { get; }

    /// <summary>What is in it.</summary>
    public KnownCatalog Known { get; }

    internal byte[] Archive { get; }
}
