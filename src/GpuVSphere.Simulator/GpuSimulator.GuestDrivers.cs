namespace GpuVSphere.Simulator;

/// <content>NVIDIA's driver in the simulated guests.</content>
public sealed partial class GpuSimulator
{
    /// <summary>What surrounds NVIDIA's driver in the simulated guests.</summary>
    public SimulatorGuestDrivers GuestDrivers => new(Inventory);
}
