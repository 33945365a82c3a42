using System;

namespace GpuVSphere.Readiness;

/// <summary>Evidence beyond the inventory, which is always there. A rule declares what it needs, and it is gathered once for all rules.</summary>
[Flags]
public enum EvidenceKinds
{
    /// <summary>The inventory is enough.</summary>
    None = 0,

    /// <summary>Whether the host boots from USB: <see cref="ReadinessSubject.BootsFromUsb"/>.</summary>
    BootDevice = 1,

    /// <summary>NVIDIA's software on the host: <see cref="ReadinessSubject.HostSoftware"/>.</summary>
    HostSoftware = 2,

    /// <summary>Whether the software of the host's cluster is managed by an image: <see cref="ReadinessSubject.IsImageManaged"/>.</summary>
    ClusterImage = 4,

    /// <summary>What the host offers to the VM: <see cref="ReadinessSubject.Offers"/>.</summary>
    Offers = 8,

    /// <summary>What nvidia-smi says on the host: <see cref="ReadinessSubject.NvidiaSmi"/> and <see cref="ReadinessSubject.ClusterGpus"/>.</summary>
    NvidiaSmi = 16,

    /// <summary>What lets VMs with vGPUs move, and DRS move them: <see cref="ReadinessSubject.Migration"/>.</summary>
    Migration = 1 << 6,
}
