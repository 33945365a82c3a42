namespace GpuVSphere.Readiness.Decision;

/// <summary>What is said of a method.</summary>
public enum MethodVerdict
{
    /// <summary>It gives everything that is needed, and the hardware and vSphere for it are here.</summary>
    Suitable,

    /// <summary>It gives everything that is needed within limits, and the hardware and vSphere for it are here.</summary>
    WithLimits,

    /// <summary>It would do, and the hardware or the vSphere version for it is not here.</summary>
    NotHere,

    /// <summary>It would do, and the workload needs no GPU.</summary>
    NotNeeded,

    /// <summary>It does not give what is needed.</summary>
    NotSuitable,
}
