using GpuVSphere.Testing;

namespace GpuVSphere.Peers.Tests;

/// <summary>The peers ring's line for guests of their own behind a real sshd.</summary>
internal sealed class GuestMachineFactAttribute : RingFactAttribute
{
    /// <summary>Makes the line.</summary>
    public GuestMachineFactAttribute()
        : base("Ring 4, peers: guests over sshd", GuestMachine.Missing)
    {
    }
}
