namespace GpuVSphere.Guest;

/// <summary>What a check of a guest came to.</summary>
public enum GuestCheckOutcome
{
    /// <summary>Seen, and as it should be.</summary>
    Passed,

    /// <summary>Could not be looked at, or does not apply; <see cref="GuestGpuCheck.Seen"/> says why. It is no success.</summary>
    NotChecked,

    /// <summary>It works, and may trouble.</summary>
    Warning,

    /// <summary>Seen, and wrong.</summary>
    Failed,
}
