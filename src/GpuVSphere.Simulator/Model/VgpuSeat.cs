namespace GpuVSphere.Simulator.Model;

/// <summary>Where the vGPU of a running VM is.</summary>
/// <param name="Function">The GPU.</param>
/// <param name="Type">Its type.</param>
/// <param name="Start">The placement id on a GPU in mixed-size mode; null in the other modes.</param>
/// <param name="Instance">The GPU instance on a GPU in MIG mode; null in the other modes.</param>
internal sealed record VgpuSeat(PciFunction Function, VgpuType Type, int? Start, MigInstance? Instance);
