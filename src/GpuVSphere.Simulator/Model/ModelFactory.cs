using System;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Makes the inventory that the options ask for.</summary>
internal static class ModelFactory
{
    public static IServerModel Create(SimulatorOptions options) => CreateInventory(options);

    public static SimulatedInventory CreateInventory(SimulatorOptions options) => options.Scenario switch
    {
        "default" => Scenarios.Default(options),
        "esxi" => Scenarios.DirectHost(options),
        "vgpu-setup" => VgpuSetupScenario.Create(options),
        "large" => Scenarios.Large(options),
        "vgpu" => VgpuScenario.Create(options),
        "empty" => Scenarios.Empty(options),
        _ => throw new ArgumentException("There is no scenario named '" + options.Scenario + "': use default, esxi, large, vgpu, vgpu-setup or empty.", nameof(options)),
    };
}
