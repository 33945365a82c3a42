namespace GpuVSphere.Changes;

/// <summary>What a change costs an object, in words.</summary>
/// <param name="Target">The object.</param>
/// <param name="Text">Such as <c>loses vMotion, snapshots while running, suspend and DRS</c>.</param>
public sealed record PlanConsequence(PlanTarget Target, string Text);
