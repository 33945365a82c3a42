namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Takes part in the start of a guest, before its services start.</summary>
internal interface IGuestBoot
{
    /// <summary>Does its part: loads modules, makes device files. Called under the gate.</summary>
    void Boot(SimulatedGuest guest);
}
