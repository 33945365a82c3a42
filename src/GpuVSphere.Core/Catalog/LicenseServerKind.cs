namespace GpuVSphere.Catalog;

/// <summary>The kinds of licence server for vGPU.</summary>
public enum LicenseServerKind
{
    /// <summary>The NVIDIA vGPU Software License Server, whose support ended on 2023-07-31.</summary>
    Legacy,

    /// <summary>The NVIDIA License System: CLS in the cloud, or DLS as an appliance.</summary>
    Nls,
}
