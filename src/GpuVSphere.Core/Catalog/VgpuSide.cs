namespace GpuVSphere.Catalog;

/// <summary>On which side of a vGPU a driver runs.</summary>
public enum VgpuSide
{
    /// <summary>The vGPU manager: NVIDIA's driver on the ESXi host.</summary>
    Manager,

    /// <summary>NVIDIA's driver in the guest.</summary>
    Guest,
}
