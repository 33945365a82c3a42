using GpuVSphere.Simulator.Model.Guest.Bitfusion;

namespace GpuVSphere.Simulator;

/// <summary>What FlexDirect in simulated guests takes.</summary>
public static class SimulatedFlexDirect
{
    /// <summary>The one licence key that is accepted.</summary>
    public const string LicenseKey = FlexDirectProgram.Key;
}
