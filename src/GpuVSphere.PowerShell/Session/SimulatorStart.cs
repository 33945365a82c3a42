using System;
using GpuVSphere.Simulator;

namespace GpuVSphere.PowerShell.Session;

/// <summary>Starts a simulator for a cmdlet.</summary>
internal static class SimulatorStart
{
    /// <exception cref="GpuVSphereException">ScenarioNotFound.</exception>
    public static GpuSimulator Start(string scenario, double clockSpeed)
    {
        try
        {
            // Two simulators of one session are two servers: objects go to their own by this id.
            return GpuSimulator.Start(new SimulatorOptions { Scenario = scenario, ClockSpeed = clockSpeed, InstanceUuid = Guid.NewGuid() });
        }
        catch (ArgumentException error)
        {
            throw new GpuVSphereException(
                "ScenarioNotFound",
                GpuErrorCategory.ObjectNotFound,
                $"The simulator has no scenario named '{scenario}'.",
                scenario,
                $"Leave -Scenario away for the default inventory; there are {string.Join(", ", SimulatorOptions.Scenarios)}.",
                error);
        }
    }
}
