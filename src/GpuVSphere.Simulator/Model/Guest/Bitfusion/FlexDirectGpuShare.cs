namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>A GPU that a scheduler gives out.</summary>
internal sealed class FlexDirectGpuShare(int index, string name, int totalMB)
{
    /// <summary>Its number in the guest.</summary>
    public int Index { get; } = index;

    public string Name { get; } = name;

    /// <summary>Its memory in MiB.</summary>
    public int TotalMB { get; } = totalMB;

    /// <summary>What programs of clients have of it, in MiB.</summary>
    public int UsedMB { get; set; }
}
