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
}
