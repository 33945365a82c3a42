namespace GpuVSphere.Simulator;

/// <content>The licence servers beside the simulated vCenter.</content>
public sealed partial class GpuSimulator
{
    /// <summary>The licence servers that the simulated guests can reach: how many licences they own, and who has one.</summary>
    public SimulatorLicensing Licensing => new(Inventory);
}
