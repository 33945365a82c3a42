using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>The state of a simulated cluster: what DRS is set to.</summary>
public sealed class RawCluster
{
    internal RawCluster(ComputeResource cluster, SimulatedInventory inventory)
    {
        Name = cluster.Name;
        MoRef = cluster.Reference.Value;
        IsDrsEnabled = cluster.Drs.IsEnabled;
        DrsAutomation = cluster.Drs.Behavior;
        DrsOptions = cluster.Drs.Options.ToDictionary(option => option.Key, option => option.Value);
        DrsOverrides = cluster.Drs.Overrides.ToDictionary(
            vm => inventory.Vms.First(known => known.Reference == vm.Key).Name,
            vm => vm.Value.IsEnabled ? vm.Value.Behavior ?? string.Empty : "disabled");
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The value of its reference, such as <c>domain-c8</c>.</summary>
    public string MoRef { get; }

    /// <summary>Whether DRS is on.</summary>
    public bool IsDrsEnabled { get; }

    /// <summary><c>manual</c>, <c>partiallyAutomated</c> or <c>fullyAutomated</c>.</summary>
    public string DrsAutomation { get; }

    /// <summary>The advanced options of DRS.</summary>
    public IReadOnlyDictionary<string, string> DrsOptions { get; }

    /// <summary>What goes for single VMs, by name: an automation level, <c>disabled</c>, or empty for the cluster's.</summary>
    public IReadOnlyDictionary<string, string> DrsOverrides { get; }
}
