using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>What DRS of a cluster is set to, and with it whether it moves VMs away from a host by itself.</summary>
/// <param name="MovesByDefault">Whether DRS is on and fully automated.</param>
/// <param name="Overrides">VMs for which something else goes than for the cluster: whether DRS moves them by itself.</param>
public sealed record DrsSettings(bool MovesByDefault, IReadOnlyDictionary<ManagedObjectReference, bool> Overrides)
{
    /// <summary>The advanced option that has to do with VMs with vGPUs on a host that enters maintenance mode (KB 88271): seconds.</summary>
    public const string MaintenanceOption = "VgpuMMAutomationTimeoutSecs";

    /// <summary>The advanced option for filling GPUs one after the other (8.0 U2 and later).</summary>
    public const string ConsolidationOption = "VgpuVmConsolidation";

    /// <summary>Whether DRS is on.</summary>
    public bool IsEnabled { get; init; } = MovesByDefault;

    /// <summary>What goes for VMs without an override.</summary>
    public DrsAutomation Automation { get; init; } = MovesByDefault ? DrsAutomation.FullyAutomated : DrsAutomation.Manual;

    /// <summary>What was set for single VMs: an automation level, or null where DRS is off for the VM. Of no effect where the cluster ignores overrides.</summary>
    public IReadOnlyDictionary<ManagedObjectReference, DrsAutomation?> VmLevels { get; init; } = new Dictionary<ManagedObjectReference, DrsAutomation?>();

    /// <summary>The advanced options, in the server's order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; init; } = [];

    /// <summary>Whether DRS moves a VM without being asked.</summary>
    /// <param name="vm">The VM.</param>
    public bool Moves(ManagedObjectReference vm) => Overrides.TryGetValue(vm, out bool moves) ? moves : MovesByDefault;

    /// <summary>The value of an advanced option; null when it is not set.</summary>
    /// <param name="key">Its name.</param>
    public string? Option(string key) => Options.Where(option => string.Equals(option.Key, key, StringComparison.Ordinal)).Select(option => option.Value).LastOrDefault(value => value.Length > 0);

    internal static DrsAutomation ReadLevel(string behavior) => behavior switch
    {
        "fullyAutomated" => DrsAutomation.FullyAutomated,
        "partiallyAutomated" => DrsAutomation.PartiallyAutomated,
        _ => DrsAutomation.Manual,
    };

    internal static string WriteLevel(DrsAutomation level) => level switch
    {
        DrsAutomation.FullyAutomated => "fullyAutomated",
        DrsAutomation.PartiallyAutomated => "partiallyAutomated",
        _ => "manual",
    };
}
