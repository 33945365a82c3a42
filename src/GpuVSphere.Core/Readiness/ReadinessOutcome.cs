namespace GpuVSphere.Readiness;

/// <summary>What a rule comes to for one object. The order is that of their weight.</summary>
public enum ReadinessOutcome
{
    /// <summary>Read and right.</summary>
    Pass,

    /// <summary>Worth knowing; nothing is to be done.</summary>
    Information,

    /// <summary>May trouble, or could not be read: to be confirmed by a person. It stops nothing.</summary>
    Confirm,

    /// <summary>Read and certain: it would fail or break something.</summary>
    Block,
}
