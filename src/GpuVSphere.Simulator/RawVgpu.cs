using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>A vGPU that runs on a simulated GPU, as it was when it was read.</summary>
public sealed class RawVgpu
{
    internal RawVgpu(string vmName, VgpuSeat seat)
    {
        VmName = vmName;
        Profile = seat.Type.Name;
        FrameBufferMB = seat.Type.FrameBufferMB;
        PlacementId = seat.Start;
        MigInstanceId = seat.Instance?.Id;
    }

    /// <summary>The VM.</summary>
    public string VmName { get; }

    /// <summary>The profile, such as <c>grid_a100d-40c</c>.</summary>
    public string Profile { get; }

    /// <summary>The frame buffer, in MB.</summary>
    public int FrameBufferMB { get; }

    /// <summary>Its place on a GPU in mixed-size mode; null in the other modes.</summary>
    public int? PlacementId { get; }

    /// <summary>The number of its GPU instance on a GPU in MIG mode; null in the other modes.</summary>
    public int? MigInstanceId { get; }
}
