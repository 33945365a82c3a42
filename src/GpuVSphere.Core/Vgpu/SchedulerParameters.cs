using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>
/// The parameters of the kernel module nvidia, and the scheduler among them: <c>NVreg_RegistryDwords=RmPVMRL=0x01</c> for all GPUs,
/// <c>NVreg_RegistryDwordsPerDevice=pci=0000:3b:00.0;RmPVMRL=0x11;pci=…</c> for single ones, which goes before it (NVIDIA's user guide, "Changing
/// Scheduling Behavior"). Whatever else is set is kept as it is written. Immutable.
/// </summary>
internal sealed class SchedulerParameters
{
    public const string Module = "nvidia";
    public const string ForAll = "NVreg_RegistryDwords";
    public const string ForDevices = "NVreg_RegistryDwordsPerDevice";

    private const string Key = "RmPVMRL";
    private const string Pci = "pci";
    private const char Between = ';';

    private readonly IReadOnlyList<KeyValuePair<string, string>> _values;

    private SchedulerParameters(IReadOnlyList<KeyValuePair<string, string>> values) => _values = values;

    /// <summary>All parameters that are set, as esxcli takes them; empty when none is.</summary>
    public string Line => string.Join(" ", _values.Select(pair => pair.Key + "=" + pair.Value));

    /// <summary>The parameters whose values have a blank, which esxcli's one line of parameters cannot carry.</summary>
    public IEnumerable<string> Unsayable => _values.Where(pair => pair.Value.Any(char.IsWhiteSpace)).Select(pair => pair.Key);

    /// <summary>Takes the parameters as the host lists them; those that are not set are left out.</summary>
    public static SchedulerParameters Of(IEnumerable<KeyValuePair<string, string>> listed) => new([.. listed.Where(pair => pair.Value.Length > 0)]);

    /// <summary>The value of a parameter as it is written; null when it is not set.</summary>
    public string? Raw(string name) => _values.Where(pair => pair.Key == name).Select(pair => pair.Value).FirstOrDefault();

    /// <summary>The value that the driver takes for a GPU; null when there is none.</summary>
    public uint? ValueOf(PciAddress address) => ValueOfAlone(address) ?? ValueOfAll;

    /// <summary>The value that is set for all GPUs; null when there is none.</summary>
    public uint? ValueOfAll => Last(Keys(ForAll));

    /// <summary>The value that is set for a GPU alone; null when there is none.</summary>
    public uint? ValueOfAlone(PciAddress address) => Last(Groups().Where(group => group.Address == address).SelectMany(group => group.Keys));

    /// <summary>The parameters with one written as given; null takes it away.</summary>
    public SchedulerParameters With(string name, string? value)
    {
        List<KeyValuePair<string, string>> values = [.. _values];
        int at = values.FindIndex(pair => pair.Key == name);
        if (string.IsNullOrEmpty(value))
        {
            values.RemoveAll(pair => pair.Key == name);
        }
        else if (at >= 0)
        {
            values[at] = new(name, value!);
        }
        else
        {
            values.Add(new(name, value!));
        }

        return new SchedulerParameters(values);
    }

    /// <summary>The parameters with a value for all GPUs, and none for a GPU alone; null for the driver's default.</summary>
    public SchedulerParameters WithAll(uint? value)
    {
        SchedulerParameters parameters = With(ForAll, Join(Set(Keys(ForAll), value)));
        return parameters.WithGroups([.. parameters.Groups().Select(group => group with { Keys = Set(group.Keys, null) })]);
    }

    /// <summary>The parameters with a value for one GPU alone; null leaves it to what is set for all.</summary>
    public SchedulerParameters WithAlone(PciAddress address, uint? value)
    {
        List<Group> groups = [.. Groups()];
        int last = groups.FindLastIndex(group => group.Address == address);
        groups = [.. groups.Select((group, at) => group.Address == address ? group with { Keys = Set(group.Keys, at == last ? value : null) } : group)];
        if (last < 0 && value is not null)
        {
            groups.Add(new Group(Pci + "=" + address, address, Set([], value)));
        }

        return WithGroups(groups);
    }

    // A key without its '=' stays where it is; the last of two with one name is the one that counts.
    private static uint? Last(IEnumerable<string> keys) => keys.Where(IsScheduler)
        .Select(key => SchedulerValue.TryParse(key.Substring(key.IndexOf('=') + 1), out uint value) ? (uint?)value : null)
        .LastOrDefault(value => value is not null);

    private static bool IsScheduler(string key) => NameOf(key).Equals(Key, StringComparison.OrdinalIgnoreCase) && key.IndexOf('=') >= 0;

    private static string NameOf(string key) => key.Split('=')[0].Trim();

    private static string[] Set(IReadOnlyList<string> keys, uint? value)
    {
        string? wanted = value is { } set ? Key + "=" + SchedulerValue.Text(set) : null;
        int last = keys.ToList().FindLastIndex(IsScheduler);
        IEnumerable<string> kept = keys.Select((key, at) => !IsScheduler(key) ? key : at == last ? wanted : null).OfType<string>();
        return [.. last < 0 && wanted is not null ? kept.Append(wanted) : kept];
    }

    private static string? Join(IReadOnlyList<string> keys) => keys.Count == 0 ? null : string.Join(Between.ToString(), keys);

    private string[] Keys(string name) => (Raw(name) ?? string.Empty).Split([Between], StringSplitOptions.RemoveEmptyEntries);

    // What stands before the first pci= belongs to no GPU, and is kept.
    private List<Group> Groups()
    {
        List<Group> groups = [];
        foreach (string key in Keys(ForDevices))
        {
            if (NameOf(key).Equals(Pci, StringComparison.OrdinalIgnoreCase))
            {
                groups.Add(new Group(key, AddressOf(key.Substring(key.IndexOf('=') + 1)), []));
            }
            else if (groups.Count == 0)
            {
                groups.Add(new Group(null, null, [key]));
            }
            else
            {
                groups[groups.Count - 1] = groups[groups.Count - 1] with { Keys = [.. groups[groups.Count - 1].Keys, key] };
            }
        }

        return groups;
    }

    private SchedulerParameters WithGroups(IReadOnlyList<Group> groups) => With(
        ForDevices, Join([.. groups.Where(group => group.Head is null || group.Keys.Count > 0).SelectMany(group => group.Head is null ? group.Keys : [group.Head, .. group.Keys])]));

    // The driver takes bus:slot, domain:bus:slot and domain:bus:slot.function (nv-reg.h of NVIDIA's open kernel modules).
    private static PciAddress? AddressOf(string text) =>
        PciAddress.TryParse(text.IndexOf('.') < 0 ? text + ".0" : text, out PciAddress address) ? address : null;

    private sealed record Group(string? Head, PciAddress? Address, IReadOnlyList<string> Keys);
}
