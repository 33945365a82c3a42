namespace GpuVSphere.Catalog;

/// <summary>Which of NVIDIA's packages for ESXi one is.</summary>
public enum VgpuPackageFlavour
{
    /// <summary>The host driver for vGPU (vWS, vPC, vApps).</summary>
    Vgpu,

    /// <summary>The host driver of NVIDIA AI Enterprise, which compute-only boards such as A30 and A100 need.</summary>
    AiEnterprise,

    /// <summary>The GPU management daemon that goes with the driver from release 15.0.</summary>
    ManagementDaemon,
}
