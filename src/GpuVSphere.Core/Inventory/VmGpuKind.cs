namespace GpuVSphere.Inventory;

/// <summary>How a GPU is given to a VM.</summary>
public enum VmGpuKind
{
    /// <summary>A PCI device of another kind than those below (a NIC's virtual function, DVX), or of another vendor.</summary>
    Other,

    /// <summary>DirectPath I/O by PCI address.</summary>
    StaticPassthrough,

    /// <summary>Dynamic DirectPath I/O by vendor and device id, and label (vSphere 7.0 and later).</summary>
    DynamicPassthrough,

    /// <summary>An NVIDIA vGPU profile.</summary>
    Vgpu,
}
