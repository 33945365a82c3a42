namespace GpuVSphere.Vgpu;

/// <summary>What a host uses a GPU for when it keeps it.</summary>
public enum GraphicsType
{
    /// <summary>Shared: software 3D of several VMs on one GPU (vSGA). What a fresh host has.</summary>
    Shared,

    /// <summary>Shared Direct: vGPUs. esxcli calls it SharedPassthru.</summary>
    SharedDirect,
}
