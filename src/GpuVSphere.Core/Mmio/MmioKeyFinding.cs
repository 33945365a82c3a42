namespace GpuVSphere.Mmio;

/// <summary>Something wrong with a key of a VM, and how to mend it.</summary>
/// <param name="Problem">What is wrong.</param>
/// <param name="Key">The key as it is in the VM; for a missing one the key that should be there.</param>
/// <param name="Value">Its value, or null when it is missing.</param>
/// <param name="MendedKey">The right key. Where it differs from <paramref name="Key"/> the wrong one should be removed.</param>
/// <param name="MendedValue">The right value; null when it cannot be told from the wrong one and must be computed.</param>
/// <param name="Message">The trouble in words.</param>
public sealed record MmioKeyFinding(MmioKeyProblem Problem, string Key, string? Value, string MendedKey, string? MendedValue, string Message)
{
    /// <summary>Whether ESXi behaves as wanted all the same.</summary>
    public bool IsHarmless => Problem == MmioKeyProblem.OtherCase;
}
