namespace GpuVSphere.Readiness.Decision;

/// <summary>What is done with the workload.</summary>
public enum WorkloadPhase
{
    /// <summary>Models are trained.</summary>
    Training,

    /// <summary>Trained models answer.</summary>
    Inference,

    /// <summary>Programs and models are developed and tested.</summary>
    Development,
}
