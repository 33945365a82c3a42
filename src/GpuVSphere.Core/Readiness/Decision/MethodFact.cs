namespace GpuVSphere.Readiness.Decision;

/// <summary>One cell of the decision table: whether a method gives what is needed.</summary>
/// <param name="Need">What is needed.</param>
/// <param name="Method">The method.</param>
/// <param name="Fit">Whether it gives it.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Source">What that rests on.</param>
/// <param name="SinceVSphere">The first vSphere version that has it, as <c>8.0.3</c> for 8.0 U3; null for all that are spoken to.</param>
public sealed record MethodFact(GpuNeed Need, GpuMethod Method, MethodFit Fit, string Reason, string Source, string? SinceVSphere = null);
