using System;
using System.Collections.Generic;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Makes the inventory that the options ask for.</summary>
internal static class ModelFactory
{
    /// <summary>The scenarios by name. A name is the same in upper and lower case, as PowerShell has it.</summary>
    private static readonly Dictionary<string, Func<SimulatorOptions, SimulatedInventory>> s_scenarios = new(StringComparer.OrdinalIgnoreCase)
    {
        ["default"] = Scenarios.Default,
        ["esxi"] = Scenarios.DirectHost,
        ["vgpu"] = VgpuScenario.Create,
        ["vgpu-setup"] = VgpuSetupScenario.Create,
        ["migration"] = MigrationScenario.Create,
        ["flexdirect"] = FlexDirectScenario.Create,
        ["guests"] = GuestScenario.Create,
        ["large"] = Scenarios.Large,
        ["empty"] = Scenarios.Empty,
    };

    public static IReadOnlyCollection<string> Names => s_scenarios.Keys;

    public static IServerModel Create(SimulatorOptions options) => CreateInventory(options);

    public static SimulatedInventory CreateInventory(SimulatorOptions options) => s_scenarios.TryGetValue(options.Scenario, out Func<SimulatorOptions, SimulatedInventory>? create)
        ? create(options)
        : throw new ArgumentException("There is no scenario named '" + options.Scenario + "': use " + string.Join(", ", Names) + ".", nameof(options));
}
