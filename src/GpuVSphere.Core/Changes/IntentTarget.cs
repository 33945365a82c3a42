using System.Collections.Generic;

namespace GpuVSphere.Changes;

/// <summary>What is wanted of one object.</summary>
/// <param name="Target">The object.</param>
/// <param name="Wanted">What is wanted, by names that the operation knows, such as <c>0000:3b:00.0</c> = <c>enabled</c>.</param>
public sealed record IntentTarget(PlanTarget Target, IReadOnlyDictionary<string, string> Wanted);
