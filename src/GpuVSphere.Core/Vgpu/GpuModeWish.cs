using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What is wanted of one GPU.</summary>
/// <param name="Address">The GPU.</param>
/// <param name="Enabled">The mode, or null to leave it.</param>
/// <param name="Instances">The profiles of its MIG instances, sorted; null to leave them.</param>
internal sealed record GpuModeWish(PciAddress Address, bool? Enabled, IReadOnlyList<string>? Instances)
{
    /// <summary>Before an address in an intent: its MIG instances are meant.</summary>
    public const string InstancesPrefix = "instances:";

    /// <summary>The property of a plan for the instances.</summary>
    public static string InstancesOf(PciAddress address) => $"MIG instances of {address}";

    /// <summary>Profiles as plans, intents and the journal write them; null for none.</summary>
    public static string? InstancesText(IEnumerable<string> profiles)
    {
        string text = string.Join(", ", Sort(profiles));
        return text.Length == 0 ? null : text;
    }

    /// <summary>The compute slices that a MIG profile takes: three for <c>3g.40gb</c>; 0 where the name does not say.</summary>
    public static int SlicesOf(string profile)
    {
        int at = profile.IndexOf("g.", StringComparison.OrdinalIgnoreCase);
        return at > 0 && int.TryParse(profile.Substring(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out int slices) ? slices : 0;
    }

    /// <summary>Reads what an intent wants of a host.</summary>
    /// <exception cref="GpuVSphereException">MalformedPciAddress, IntentInvalid.</exception>
    public static IReadOnlyList<GpuModeWish> Read(IntentTarget target)
    {
        Dictionary<PciAddress, GpuModeWish> wishes = [];
        foreach (KeyValuePair<string, string> wanted in target.Wanted.Where(wanted => !IntentConditions.IsCondition(wanted.Key)))
        {
            bool isInstances = wanted.Key.StartsWith(InstancesPrefix, StringComparison.Ordinal);
            PciAddress address = DeviceSelector.Parse(isInstances ? wanted.Key.Substring(InstancesPrefix.Length) : wanted.Key).Address
                ?? throw Invalid(target, $"'{wanted.Key}' names no GPU");
            GpuModeWish wish = wishes.TryGetValue(address, out GpuModeWish? known) ? known : new GpuModeWish(address, null, null);
            wishes[address] = isInstances
                ? wish with { Instances = Sort(wanted.Value.Split(',')) }
                : wish with
                {
                    Enabled = wanted.Value == GpuMode.Text(true) ? true
                        : wanted.Value == GpuMode.Text(false) ? false
                        : throw Invalid(target, $"{address} is wanted to be '{wanted.Value}', where enabled or disabled is expected"),
                };
        }

        return [.. wishes.Values.OrderBy(wish => wish.Address)];
    }

    private static string[] Sort(IEnumerable<string> profiles) =>
        [.. profiles.Select(profile => profile.Trim().ToLower(CultureInfo.InvariantCulture)).Where(profile => profile.Length > 0).OrderBy(profile => profile, StringComparer.Ordinal)];

    private static GpuVSphereException Invalid(IntentTarget target, string why) => new(
        "IntentInvalid", GpuErrorCategory.InvalidData, $"The intent for {target.Target.Name} cannot be read: {why}.", target.Target.Name, "Make the intent anew.");
}
