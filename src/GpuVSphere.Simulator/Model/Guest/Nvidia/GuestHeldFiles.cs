namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>Files of a Windows guest that cannot be removed yet, since the program of one of them ended only a moment ago.</summary>
internal sealed class GuestHeldFiles
{
    /// <summary>How many more times it is refused to remove a folder.</summary>
    public int Refusals { get; set; }
}
