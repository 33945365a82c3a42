namespace GpuVSphere.Readiness;

/// <summary>How sure a rule is.</summary>
public enum VerdictKind
{
    /// <summary>Worth knowing.</summary>
    Advice,

    /// <summary>May trouble, or what decides could not be read: warns and does not stop anything.</summary>
    Unconfirmed,

    /// <summary>Read and certain: the change would fail or break something.</summary>
    Confirmed,

    /// <summary>Read and right. A change does not mention it; a report shows it as passed.</summary>
    Holds,
}
