using System;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A transfer of a file that a client was given an address for. It is good for one transfer, within ten minutes.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="User">As whom the file is read or written.</param>
/// <param name="Path">The file.</param>
/// <param name="ValidUntil">The end of its validity.</param>
internal sealed record GuestTransfer(SimulatedGuest Guest, GuestUser User, string Path, DateTimeOffset ValidUntil)
{
    /// <summary>The bytes to come, for a transfer to the guest; null for one from it.</summary>
    public long? Size { get; init; }

    /// <summary>The mode of the file that is written.</summary>
    public int Mode { get; init; } = 0x1A4;
}
