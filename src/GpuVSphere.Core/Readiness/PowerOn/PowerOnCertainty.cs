namespace GpuVSphere.Readiness.PowerOn;

/// <summary>How sure an explanation is.</summary>
public enum PowerOnCertainty
{
    /// <summary>The line, or the line and the state of the VM and its host, leave no other cause.</summary>
    Proved,

    /// <summary>The line has few causes, and what is seen of the VM and its host speaks for this one.</summary>
    Likely,

    /// <summary>The line may have this cause, and nothing was seen that speaks for it or against it.</summary>
    Possible,
}
