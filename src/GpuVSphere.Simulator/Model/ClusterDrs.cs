using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>What DRS of a cluster is set to (facts: types-core.txt, ClusterDrsConfigInfo), and which VMs it moves away from a host by itself.</summary>
internal sealed class ClusterDrs(SimulatedInventory inventory)
{
    /// <summary>Since when DRS, told so, lets go of VMs with vGPUs as their host enters maintenance mode (features-and-pains.md 3, KB 88271).</summary>
    public const string MaintenanceTimeout = "VgpuMMAutomationTimeoutSecs";

    private const string FullyAutomated = "fullyAutomated";
    private const string EditFact = "types-core.txt: ClusterDrsVmConfigSpec, edit and remove need a configuration that exists";

    private readonly List<KeyValuePair<string, string>> _options = [];
    private readonly Dictionary<MoRef, (bool IsEnabled, string? Behavior)> _overrides = [];

    public bool IsEnabled { get; set; } = true;

    public bool OverridesCount { get; set; } = true;

    /// <summary>DRS only recommends: VMs stay where a test put them.</summary>
    public string Behavior { get; set; } = "manual";

    public int VmotionRate { get; private set; } = 3;

    public string? ScaleShares { get; private set; }

    public IReadOnlyList<KeyValuePair<string, string>> Options => _options;

    public IReadOnlyDictionary<MoRef, (bool IsEnabled, string? Behavior)> Overrides => _overrides;

    public DataObject Config()
    {
        DataObject config = Wire.Of("ClusterDrsConfigInfo")
            .With("enabled", IsEnabled)
            .With("enableVmBehaviorOverrides", OverridesCount)
            .With("defaultVmBehavior", Behavior)
            .With("vmotionRate", VmotionRate)
            .With("scaleDescendantsShares", ScaleShares);
        return _options.Count == 0 ? config : config.With("option", Wire.List(_options.Select(option => Wire.Option(option.Key, option.Value))));
    }

    public List<object> VmConfigs() => Wire.List(_overrides.Select(vm => Wire.Of("ClusterDrsVmConfigInfo")
        .With("key", vm.Key)
        .With("enabled", vm.Value.IsEnabled)
        .With("behavior", vm.Value.Behavior)));

    public string? Option(string key) => _options.FirstOrDefault(option => option.Key == key).Value;

    public void PutOption(string key, string? value)
    {
        int at = _options.FindIndex(option => option.Key == key);
        if (string.IsNullOrEmpty(value))
        {
            _options.RemoveAll(option => option.Key == key);
        }
        else if (at < 0)
        {
            _options.Add(new(key, value!));
        }
        else
        {
            _options[at] = new(key, value!);
        }
    }

    public void Override(MoRef vm, bool isEnabled, string? behavior) => _overrides[vm] = (isEnabled, behavior);

    public void RemoveOverride(MoRef vm) => _overrides.Remove(vm);

    /// <summary>Whether DRS moves a VM without being asked, as far as its automation goes.</summary>
    public bool IsAutomatic(VirtualMachine vm)
    {
        if (!IsEnabled)
        {
            return false;
        }

        return OverridesCount && _overrides.TryGetValue(vm.Reference, out (bool IsEnabled, string? Behavior) own)
            ? own.IsEnabled && (own.Behavior ?? Behavior) == FullyAutomated
            : Behavior == FullyAutomated;
    }

    /// <summary>Whether DRS moves a VM away from a host that enters maintenance mode: with a vGPU only when an option says so, with DirectPath never.</summary>
    public bool Evacuates(VirtualMachine vm)
    {
        if (!IsAutomatic(vm) || vm.Config.DirectPath.Any())
        {
            return false;
        }

        bool hasVgpu = vm.Config.Passthrough.Any(device => device.Kind == PassthroughKind.Vgpu);
        return !hasVgpu || !inventory.Refusals.Has(Refusal.DrsLeavesVgpus)
            || (inventory.Options.VgpuTimeoutLetsDrsMove && int.TryParse(Option(MaintenanceTimeout), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0);
    }

    /// <summary>Takes a specification in: with modify what is unset stays, without it what is unset becomes the default.</summary>
    public void Apply(DataObject spec, bool modify)
    {
        DataObject? drs = spec.Object("drsConfig");
        string? behavior = drs?.Text("defaultVmBehavior");
        RequireBehavior(behavior, "spec.drsConfig.defaultVmBehavior");
        int? rate = drs?.Int32("vmotionRate");
        if (rate is < 1 or > 5)
        {
            throw Faults.InvalidArgument("spec.drsConfig.vmotionRate", "A specified parameter was not correct: spec.drsConfig.vmotionRate", "types-core.txt: ClusterDrsConfigInfo.vmotionRate varies from 1 to 5");
        }

        if (!modify)
        {
            (IsEnabled, OverridesCount, Behavior, VmotionRate, ScaleShares) = (false, true, FullyAutomated, 3, null);
            _options.Clear();
            _overrides.Clear();
        }

        IsEnabled = drs?.Boolean("enabled") ?? IsEnabled;
        OverridesCount = drs?.Boolean("enableVmBehaviorOverrides") ?? OverridesCount;
        Behavior = behavior ?? Behavior;
        VmotionRate = rate ?? VmotionRate;
        ScaleShares = drs?.Text("scaleDescendantsShares") ?? ScaleShares;
        IReadOnlyList<DataObject> options = drs?.Objects("option") ?? [];
        if (options.Count > 0 && inventory.Options.DrsOptionsAreReplaced)
        {
            _options.Clear();
        }

        foreach (DataObject option in options)
        {
            PutOption(option.RequiredText("key"), option.Text("value"));
        }

        foreach (DataObject vm in spec.Objects("drsVmConfigSpec"))
        {
            ApplyOverride(vm);
        }
    }

    private void ApplyOverride(DataObject spec)
    {
        string operation = spec.RequiredText("operation");
        if (operation == "remove")
        {
            MoRef removed = spec.RequiredReference("removeKey");
            if (!_overrides.Remove(removed))
            {
                throw Faults.InvalidArgument("spec.drsVmConfigSpec", "A specified parameter was not correct: spec.drsVmConfigSpec", EditFact);
            }

            return;
        }

        DataObject info = spec.Object("info") ?? new DataObject(string.Empty);
        MoRef key = info.RequiredReference("key");
        string? behavior = info.Text("behavior");
        RequireBehavior(behavior, "spec.drsVmConfigSpec.info.behavior");
        bool isThere = _overrides.TryGetValue(key, out (bool IsEnabled, string? Behavior) present);
        if (operation == "edit" && !isThere)
        {
            throw Faults.InvalidArgument("spec.drsVmConfigSpec", "A specified parameter was not correct: spec.drsVmConfigSpec", EditFact);
        }

        bool isEdit = operation == "edit";
        _overrides[key] = (info.Boolean("enabled") ?? (!isEdit || present.IsEnabled), behavior ?? (isEdit ? present.Behavior : null));
    }

    private static void RequireBehavior(string? behavior, string property)
    {
        if (behavior is not (null or "manual" or "partiallyAutomated" or FullyAutomated))
        {
            throw Faults.InvalidArgument(property, "A specified parameter was not correct: " + property, "types-more.txt: enum DrsBehavior");
        }
    }
}
