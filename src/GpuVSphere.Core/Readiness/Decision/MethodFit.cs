namespace GpuVSphere.Readiness.Decision;

/// <summary>Whether a method gives what is needed.</summary>
public enum MethodFit
{
    /// <summary>It does.</summary>
    Yes,

    /// <summary>It does, within limits that are told.</summary>
    Partly,

    /// <summary>It does not.</summary>
    No,
}
