namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>What is to go differently with CUDA in a guest.</summary>
internal sealed class CudaOrders
{
    /// <summary>Whether its disk has no room for a toolkit.</summary>
    public bool IsFull { get; set; }
}
