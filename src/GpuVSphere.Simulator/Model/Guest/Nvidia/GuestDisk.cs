namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>How much room a guest has, and how its folder for temporary files is mounted. Kept as the state of the guest.</summary>
internal sealed class GuestDisk
{
    /// <summary>The size of its disk; null for the usual one.</summary>
    public long? FreeKilobytes { get; set; }

    /// <summary>Whether programs may not be started from the folder for temporary files.</summary>
    public bool IsNoExec { get; set; }
}
