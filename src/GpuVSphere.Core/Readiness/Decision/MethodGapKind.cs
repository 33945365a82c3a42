namespace GpuVSphere.Readiness.Decision;

/// <summary>What kind of thing is missing.</summary>
public enum MethodGapKind
{
    /// <summary>Something that can be set up here; the command does it.</summary>
    Change,

    /// <summary>Something that cannot be read and is to be confirmed.</summary>
    Confirm,

    /// <summary>Hardware or a version that is not here.</summary>
    Lacking,
}
