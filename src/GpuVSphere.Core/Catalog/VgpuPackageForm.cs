namespace GpuVSphere.Catalog;

/// <summary>In which form a package comes.</summary>
public enum VgpuPackageForm
{
    /// <summary>A single VIB file.</summary>
    Vib,

    /// <summary>An offline bundle, from 7.0 a component: a zip file that a host can install from.</summary>
    Bundle,

    /// <summary>The archive that is downloaded: it holds a bundle, the guest drivers and documents, and cannot be installed as it is.</summary>
    Archive,

    /// <summary>The name of a VIB or component as a host lists it, not a file.</summary>
    Installed,
}
