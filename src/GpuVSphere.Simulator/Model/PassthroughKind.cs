namespace GpuVSphere.Simulator.Model;

/// <summary>How a VM gets its PCI device.</summary>
internal enum PassthroughKind
{
    /// <summary>One named device of the host.</summary>
    Static,

    /// <summary>Any free device of allowed ids and label.</summary>
    Dynamic,

    /// <summary>A share of a GPU, through NVIDIA's host driver.</summary>
    Vgpu,
}
