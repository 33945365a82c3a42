namespace GpuVSphere.Readiness.Decision;

/// <summary>The ways to give computing power to a VM.</summary>
public enum GpuMethod
{
    /// <summary>No GPU: the CPU does it.</summary>
    NoGpu,

    /// <summary>DirectPath I/O by PCI address: whole GPUs, tied to one host.</summary>
    Passthrough,

    /// <summary>Dynamic DirectPath I/O by ids and label (vSphere 7.0 and later): whole GPUs, chosen at power-on.</summary>
    DynamicPassthrough,

    /// <summary>NVIDIA vGPU, time-sliced: a whole GPU or a share of one.</summary>
    Vgpu,

    /// <summary>NVIDIA vGPU on a MIG instance: a share that has its own part of the hardware.</summary>
    MigVgpu,

    /// <summary>Bitfusion FlexDirect: GPUs of other machines over the network.</summary>
    FlexDirect,
}
