namespace GpuVSphere.Readiness.Decision;

/// <summary>What the guide says that a workload needs where nothing else is asked for.</summary>
/// <param name="Workload">The workload; null for any.</param>
/// <param name="Phase">The phase; null for any.</param>
/// <param name="Need">One full GPU, several, or a share; null when the workload needs no GPU.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record WorkloadFact(GpuWorkload? Workload, WorkloadPhase? Phase, GpuNeed? Need, string Reason);
