namespace GpuVSphere.Simulator.Model;

/// <summary>How the vGPUs of a GPU share its time (facts: vim25-gpu.md 8; samples/esxi-dmesg-nvrm-scheduler.txt).</summary>
/// <param name="Policy">1 best effort, 2 equal share, 3 fixed share.</param>
/// <param name="TimesliceNs">The time slice in nanoseconds; 0 is the driver's own choice.</param>
internal sealed record VgpuScheduler(int Policy, long TimesliceNs)
{
    public static VgpuScheduler BestEffort { get; } = new(1, 0);

    /// <summary>Whether each vGPU has its part whether the others work or not.</summary>
    public bool IsFixedShare => Policy == 3;

    /// <summary>The kernel log's name for it.</summary>
    public string Name => Policy switch { 2 => "EQUAL_SHARE", 3 => "FIXED_SHARE", _ => "BEST_EFFORT" };

    /// <summary>
    /// What the value of the registry key RmPVMRL means: the low byte 0x00 best effort, 0x01 equal share, 0x11 fixed share; the byte at 0x00TT0000
    /// is the time slice in milliseconds.
    /// </summary>
    public static VgpuScheduler FromRegistry(uint value)
    {
        long slice = (value >> 16 & 0xff) * 1_000_000L;
        return (value & 0xff) switch
        {
            0x01 => new VgpuScheduler(2, slice),
            0x11 => new VgpuScheduler(3, slice),
            _ => BestEffort,
        };
    }
}
