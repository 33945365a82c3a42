using System.Collections.Generic;
using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>A change of NVIDIA's software on hosts, which says more of each than other changes do.</summary>
public interface INvidiaVibOperation : IGpuOperation
{
    /// <summary>What became of each host, once the change was performed.</summary>
    IReadOnlyList<NvidiaVibResult> Results { get; }
}
