namespace GpuVSphere.Vgpu;

/// <summary>On which GPU of a host the next vGPU is put. It counts only where vGPUs of one GPU have one size.</summary>
public enum AssignmentPolicy
{
    /// <summary>On the GPU with the fewest VMs: Spread VMs across GPUs, in the vSphere Client. What a fresh host has.</summary>
    Performance,

    /// <summary>On a GPU that runs its like already, until that is full: Group VMs on GPU until full.</summary>
    Consolidation,
}
