using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What is wanted of a host's schedulers: a setting for all of its GPUs, or for some of them; or, of an undo, parameters as they were.</summary>
/// <param name="All">The setting for all GPUs; null when some are named.</param>
/// <param name="Some">The settings of those that are named.</param>
/// <param name="Parameters">The parameters that are to be as they were, by name; empty text for one that was not set.</param>
/// <param name="UsesShell">Whether the host's shell may be used, to read what is in force and to set live.</param>
internal sealed record SchedulerWish(SchedulerSetting? All, IReadOnlyDictionary<PciAddress, SchedulerSetting> Some, IReadOnlyDictionary<string, string> Parameters, bool UsesShell)
{
    /// <summary>In an intent: the host's shell is not used.</summary>
    public const string NoShell = "no-shell";

    /// <summary>In an intent: the setting of all GPUs.</summary>
    public const string ForAll = "scheduler";

    /// <summary>Before an address in an intent: the setting of that GPU.</summary>
    public const string DevicePrefix = "scheduler:";

    /// <summary>Before a name in an intent: a parameter of the module.</summary>
    public const string ParameterPrefix = "parameter:";

    /// <summary>Reads what an intent wants of a host.</summary>
    /// <exception cref="GpuVSphereException">MalformedPciAddress, IntentInvalid.</exception>
    public static SchedulerWish Read(IntentTarget target)
    {
        SchedulerSetting? all = null;
        Dictionary<PciAddress, SchedulerSetting> some = [];
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> wanted in target.Wanted.Where(wanted => !IntentConditions.IsCondition(wanted.Key) && wanted.Key != NoShell))
        {
            if (wanted.Key.StartsWith(ParameterPrefix, StringComparison.Ordinal))
            {
                parameters[wanted.Key.Substring(ParameterPrefix.Length)] = wanted.Value;
                continue;
            }

            SchedulerSetting setting = SchedulerSetting.Parse(wanted.Value) ?? throw Invalid(target, $"'{wanted.Value}' is no scheduler");
            if (wanted.Key == ForAll)
            {
                all = setting;
            }
            else if (wanted.Key.StartsWith(DevicePrefix, StringComparison.Ordinal) && DeviceSelector.Parse(wanted.Key.Substring(DevicePrefix.Length)).Address is { } address)
            {
                some[address] = setting;
            }
            else
            {
                throw Invalid(target, $"'{wanted.Key}' is not known");
            }
        }

        return new SchedulerWish(all, some, parameters, UsesShell: !target.Wanted.ContainsKey(NoShell));
    }

    private static GpuVSphereException Invalid(IntentTarget target, string why) => new(
        "IntentInvalid", GpuErrorCategory.InvalidData, $"The intent for {target.Target.Name} cannot be read: {why}.", target.Target.Name, "Make the intent anew.");
}
