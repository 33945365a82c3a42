namespace GpuVSphere.Vim;

/// <summary>What happens to vSAN data when a host enters maintenance mode.</summary>
public enum VsanDecommissionMode
{
    /// <summary>Objects stay accessible; some may lose redundancy.</summary>
    EnsureObjectAccessibility,

    /// <summary>All data is moved away first.</summary>
    EvacuateAllData,

    /// <summary>Nothing is moved; objects may become inaccessible.</summary>
    NoAction,
}
