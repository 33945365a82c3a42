namespace GpuVSphere.Vgpu;

/// <summary>In which form software for a host comes.</summary>
public enum PackageKind
{
    /// <summary>A single VIB.</summary>
    Vib,

    /// <summary>A zip file with an index and one or more VIBs.</summary>
    OfflineBundle,

    /// <summary>An offline bundle that declares a component, as vSphere 7.0 and later manages them.</summary>
    Component,
}
