namespace GpuVSphere.Changes;

/// <summary>What a change costs an object, in words.</summary>
/// <param name="Target">The object.</param>
/// <param name="Text">Such as <c>loses vMotion, snapshots while running, suspend and DRS</c>.</param>
public sealed record PlanConsequence(PlanTarget Target, string Text)
{
    /// <summary>Whether it ends programs that others run; such a change is asked about as one that reboots is.</summary>
    public bool EndsPrograms { get; init; }
}
