namespace GpuVSphere.Bitfusion;

/// <summary>What a health check of FlexDirect came to.</summary>
public enum FlexDirectHealthStatus
{
    /// <summary>It was not made, or what was said of it is not understood.</summary>
    Unknown,

    /// <summary>It is as it should be.</summary>
    Passed,

    /// <summary>It works, and something is not as it should be.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,
}
