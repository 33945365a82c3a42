namespace GpuVSphere.Catalog;

/// <summary>How vGPUs of a type share the GPU.</summary>
public enum VgpuSharing
{
    /// <summary>They take turns on the whole GPU, each with its own part of the frame buffer.</summary>
    TimeSliced,

    /// <summary>They run on a GPU instance (MIG), with their own part of the processors too.</summary>
    Mig,
}
