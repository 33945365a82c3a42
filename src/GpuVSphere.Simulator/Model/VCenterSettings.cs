using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The advanced settings of a vCenter (facts: types-more.txt, OptionManager; vim25-gpu.md 3.4).</summary>
internal sealed class VCenterSettings : ModelObject
{
    /// <summary>Without it no running VM with a vGPU migrates.</summary>
    public const string HotMigrate = "vgpu.hotmigrate.enabled";

    private static readonly string[] s_names = ["setting", "supportedOption"];

    private readonly List<KeyValuePair<string, object>> _values = [];

    public VCenterSettings(MoRef reference, SimulatedInventory inventory)
        : base(reference, inventory)
    {
        // Two that have nothing to do with GPUs, so that a client that sends everything back is seen.
        _values.Add(new("VirtualCenter.InstanceName", inventory.Profile.Name));
        _values.Add(new("event.maxAge", 30));
        if (inventory.Options.VgpuHotMigrate || inventory.Options.ListsHotMigrateSetting)
        {
            _values.Add(new(HotMigrate, Form(inventory.Options.VgpuHotMigrate)));
        }
    }

    public override MoRef Entity => Inventory.Profile.RootFolder;

    public override IEnumerable<string> PropertyNames => s_names;

    /// <summary>Whether running VMs with vGPUs may migrate.</summary>
    public bool IsHotMigrateOn => this[HotMigrate] is true or "true" or "TRUE" or "True";

    public IEnumerable<string> Keys => _values.Select(value => value.Key);

    public object? this[string key] => _values.FirstOrDefault(value => value.Key == key).Value;

    public override object? GetProperty(string name) => name == "setting" ? Wire.List(_values.Select(value => Wire.Option(value.Key, value.Value))) : null;

    /// <summary>Sets a value past every check; null takes the key away.</summary>
    public void Put(string key, object? value)
    {
        int at = _values.FindIndex(known => known.Key == key);
        if (value is null)
        {
            _values.RemoveAll(known => known.Key == key);
        }
        else if (at < 0)
        {
            _values.Add(new(key, value));
        }
        else
        {
            _values[at] = new(key, value);
        }

        Changed("setting");
    }

    /// <summary>The setting in the form in which this vCenter keeps it.</summary>
    public object Form(bool isOn) => Inventory.Options.HotMigrateSettingIsText ? isOn ? "true" : "false" : isOn;

    protected override object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "QueryOptions":
                return Query(call.Arguments.Text("name"));
            case "UpdateOptions":
                Privileges.Require(call.Session, Inventory.Profile.RootFolder, "Global.Settings");
                foreach (DataObject change in call.Arguments.Objects("changedValue"))
                {
                    // One after the other, not all or nothing, as the documentation has it.
                    Update(change.RequiredText("key"), change["value"]);
                }

                return null;
            default:
                throw Faults.MethodNotFound(call, Reference);
        }
    }

    private List<object> Query(string? name)
    {
        List<object> found = Wire.List(_values
            .Where(value => string.IsNullOrEmpty(name) || value.Key == name || (name!.EndsWith(".", StringComparison.Ordinal) && value.Key.StartsWith(name, StringComparison.Ordinal)))
            .Select(value => Wire.Option(value.Key, value.Value)));
        return found.Count > 0 ? found : throw InvalidName(name ?? string.Empty);
    }

    private void Update(string key, object? value)
    {
        object? present = this[key] ?? (key == HotMigrate ? Form(false) : null);
        if (present is null && Refusals.Has(Refusal.UnknownSetting))
        {
            throw InvalidName(key);
        }

        if (value is null || (present is not null && value.GetType() != present.GetType() && Refusals.Has(Refusal.SettingOfOtherType)))
        {
            throw Faults.InvalidArgument("changedValue.value", "A specified parameter was not correct: " + key, "types-more.txt: OptionManager.UpdateOptions, InvalidArgument for an invalid value");
        }

        Put(key, value);
    }

    private static SimulatedFault InvalidName(string name)
    {
        SimulatedFault fault = new("InvalidName", "The name '" + name + "' is not valid.", "types-more.txt: OptionManager, InvalidName for an option that does not exist");
        fault.Detail.With("name", name);
        return fault;
    }
}
