namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>What is to go differently with CUDA in a guest.</summary>
internal sealed class CudaOrders
{
    /// <summary>Whether its disk has no room for a toolkit.</summary>
    public bool IsFull { get; set; }

    /// <summary>Whether what removes a toolkit leaves it there, and ends with 0.</summary>
    public bool IsUninstallerBroken { get; set; }

    /// <summary>What a setup for Windows ends with, having done nothing; null for its own end.</summary>
    public int? SetupEndsWith { get; set; }

    /// <summary>Whether patches for Windows leave version.txt as it is.</summary>
    public bool HidesPatches { get; set; }

    /// <summary>Whether programs that VMware Tools run are served no GPU, as with a display driver on Windows.</summary>
    public bool NeedsDesktop { get; set; }

    /// <summary>Whether the memory of its GPU is taken.</summary>
    public bool IsMemoryTaken { get; set; }
}
