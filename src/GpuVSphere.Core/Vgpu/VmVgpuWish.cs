using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>What is wanted of the vGPUs of one VM, as an intent carries it.</summary>
internal sealed record VmVgpuWish
{
    public const string AllVgpus = "all";
    public const string ProfilePrefix = "profile ";
    public const string ReplacePrefix = "replace ";
    public const string GroupPrefix = "group ";
    public const string KeyPrefix = "key ";
    public const string ParameterPrefix = "parameter ";

    /// <summary>The profiles with how many of each the VM is to have.</summary>
    public IReadOnlyList<(string Name, int Count)> Profiles { get; init; } = [];

    /// <summary>The device groups with how many of each the VM is to have.</summary>
    public IReadOnlyList<(string Name, int Count)> Groups { get; init; } = [];

    /// <summary>The profiles that are to be replaced; empty for all.</summary>
    public IReadOnlyList<string> Replaced { get; init; } = [];

    /// <summary>The keys of the devices that are meant.</summary>
    public IReadOnlyList<int> Keys { get; init; } = [];

    /// <summary>The plug-in parameters with their values; an empty value takes the parameter away.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether all vGPUs of the VM are meant.</summary>
    public bool IsAll { get; init; }

    /// <summary>Reads what an intent wants of a VM.</summary>
    /// <exception cref="GpuVSphereException">MalformedSelector: the intent was written by another version, or was edited.</exception>
    public static VmVgpuWish Read(IntentTarget target)
    {
        List<(string, int)> profiles = [], groups = [];
        List<string> replaced = [];
        List<int> keys = [];
        SortedDictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);
        bool isAll = false;
        foreach (KeyValuePair<string, string> wanted in target.Wanted)
        {
            if (wanted.Key == AllVgpus)
            {
                isAll = true;
            }
            else if (After(wanted.Key, ProfilePrefix) is { } profile)
            {
                profiles.Add((profile, Number(wanted)));
            }
            else if (After(wanted.Key, GroupPrefix) is { } group)
            {
                groups.Add((group, Number(wanted)));
            }
            else if (After(wanted.Key, ReplacePrefix) is { } old)
            {
                replaced.Add(old);
            }
            else if (After(wanted.Key, ParameterPrefix) is { } parameter)
            {
                parameters[parameter] = wanted.Value;
            }
            else if (After(wanted.Key, KeyPrefix) is { } key && int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            {
                keys.Add(number);
            }
            else
            {
                throw Malformed(wanted);
            }
        }

        return new VmVgpuWish { Profiles = profiles, Groups = groups, Replaced = replaced, Keys = keys, Parameters = parameters, IsAll = isAll };
    }

    /// <summary>The wish as an intent carries it.</summary>
    public IReadOnlyDictionary<string, string> ToWanted()
    {
        Dictionary<string, string> wanted = new(StringComparer.Ordinal);
        foreach ((string name, int count) in Profiles)
        {
            wanted[ProfilePrefix + name] = count.ToString(CultureInfo.InvariantCulture);
        }

        foreach ((string name, int count) in Groups)
        {
            wanted[GroupPrefix + name] = count.ToString(CultureInfo.InvariantCulture);
        }

        foreach (string name in Replaced)
        {
            wanted[ReplacePrefix + name] = "1";
        }

        foreach (int key in Keys)
        {
            wanted[KeyPrefix + key.ToString(CultureInfo.InvariantCulture)] = "1";
        }

        foreach (KeyValuePair<string, string> parameter in Parameters)
        {
            wanted[ParameterPrefix + parameter.Key] = parameter.Value;
        }

        if (IsAll)
        {
            wanted[AllVgpus] = "1";
        }

        return wanted;
    }

    /// <summary>The same name, whatever its case, is one; what is wanted of it twice is added up.</summary>
    public static IReadOnlyList<(string Name, int Count)> Sum(IEnumerable<(string Name, int Count)> named) =>
    [
        .. named.GroupBy(one => one.Name.Trim(), StringComparer.OrdinalIgnoreCase).Select(same => (same.Key, same.Sum(one => one.Count))),
    ];

    private static string? After(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text.Substring(prefix.Length) : null;

    private static int Number(KeyValuePair<string, string> wanted) =>
        int.TryParse(wanted.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw Malformed(wanted);

    private static GpuVSphereException Malformed(KeyValuePair<string, string> wanted) => new(
        "MalformedSelector",
        GpuErrorCategory.InvalidData,
        $"'{wanted.Key}' = '{wanted.Value}' does not name a vGPU: the intent was written by another version, or was edited.",
        wanted.Key,
        "Run the command again instead of the stored plan.");
}
