using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Vgpu;

/// <summary>What a user can ask for of the vGPUs of VMs, as intents. <c>GpuOperations</c> makes operations of them.</summary>
public static class VmVgpuIntents
{
    /// <summary>The most vGPUs that a VM can have (hardware version 21).</summary>
    public const int MostPerVm = 16;

    /// <summary>
    /// VMs are to have vGPUs; each VM gets all of them. The counts are what the VM is to have: one that has so many already is left alone.
    /// </summary>
    /// <param name="vms">For each VM its profiles, each as often as the VM is to have it; names ignore case.</param>
    /// <param name="deviceGroups">Names of device groups (NVLink), each as often as the VM is to have it (8.0 and later).</param>
    /// <param name="pluginParameters">Plug-in parameters of these vGPUs, such as <c>enable_uvm</c>.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">NothingToDo: neither a profile nor a group was named. InvalidCount, InvalidPluginParameter, InvalidMmioSize, InvalidTimeout.</exception>
    public static ChangeIntent Add(
        IEnumerable<KeyValuePair<PlanTarget, IReadOnlyList<string>>> vms,
        IReadOnlyList<string> deviceGroups,
        IReadOnlyDictionary<string, string> pluginParameters,
        VmChangeOptions options)
    {
        List<KeyValuePair<PlanTarget, IReadOnlyList<string>>> wanted = [.. vms];
        if (deviceGroups.Count == 0 && wanted.Any(vm => vm.Value.Count == 0))
        {
            throw NothingNamed("No vGPU profile was named.");
        }

        return Of(
            "Give vGPUs to VMs",
            VmVgpuOperation.AddAction,
            wanted.GroupBy(vm => vm.Key).Select(vm => (vm.Key, new VmVgpuWish
            {
                Profiles = Checked(VmVgpuWish.Sum(vm.SelectMany(one => one.Value).Select(name => (name, 1)))),
                Groups = Checked(VmVgpuWish.Sum(deviceGroups.Select(name => (name, 1)))),
                Parameters = Checked(pluginParameters),
            })),
            options);
    }

    /// <summary>vGPUs of VMs are to become another profile, or to get other plug-in parameters. How many the VM has does not change.</summary>
    /// <param name="vms">For each VM the keys of the devices that are meant; none for all of its vGPUs.</param>
    /// <param name="profile">The profile that they become; null to leave it.</param>
    /// <param name="replaced">Only vGPUs of these profiles are replaced; empty for all.</param>
    /// <param name="pluginParameters">Plug-in parameters; an empty value takes one away.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">NothingToDo: neither a profile nor a parameter was given. InvalidPluginParameter, InvalidMmioSize, InvalidTimeout.</exception>
    public static ChangeIntent Set(
        IEnumerable<KeyValuePair<PlanTarget, IReadOnlyList<int>>> vms,
        string? profile,
        IReadOnlyList<string> replaced,
        IReadOnlyDictionary<string, string> pluginParameters,
        VmChangeOptions options)
    {
        if (profile is null && pluginParameters.Count == 0)
        {
            throw NothingNamed("Neither a vGPU profile nor a plug-in parameter was given.");
        }

        return Of(
            "Replace vGPUs of VMs",
            VmVgpuOperation.SetAction,
            vms.GroupBy(vm => vm.Key).Select(vm => (vm.Key, new VmVgpuWish
            {
                Profiles = profile is null ? [] : [(profile.Trim(), 1)],
                Replaced = [.. replaced.Select(name => name.Trim()).Distinct(StringComparer.OrdinalIgnoreCase)],

                // A VM that was named as a whole is meant as a whole.
                Keys = vm.Any(one => one.Value.Count == 0) ? [] : [.. vm.SelectMany(one => one.Value).Distinct()],
                Parameters = Checked(pluginParameters),
            })),
            options);
    }

    /// <summary>vGPUs are to be taken from VMs, and what was set for them put back.</summary>
    /// <param name="vms">For each VM the keys of the devices that are meant.</param>
    /// <param name="profiles">From every VM all vGPUs of these profiles.</param>
    /// <param name="all">From every VM all of its vGPUs.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">NothingToDo: no vGPU was named. InvalidTimeout.</exception>
    public static ChangeIntent Remove(
        IEnumerable<KeyValuePair<PlanTarget, IReadOnlyList<int>>> vms, IReadOnlyList<string> profiles, bool all, VmChangeOptions options)
    {
        List<KeyValuePair<PlanTarget, IReadOnlyList<int>>> named = [.. vms];
        if (!all && profiles.Count == 0 && named.Any(vm => vm.Value.Count == 0))
        {
            throw NothingNamed("No vGPU was named.");
        }

        return Of(
            "Take vGPUs from VMs",
            VmVgpuOperation.RemoveAction,
            named.GroupBy(vm => vm.Key).Select(vm => (vm.Key, new VmVgpuWish
            {
                Profiles = VmVgpuWish.Sum(profiles.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => (name, 1))),
                Keys = [.. vm.SelectMany(one => one.Value).Distinct()],
                IsAll = all,
            })),
            options);
    }

    private static ChangeIntent Of(string title, string action, IEnumerable<(PlanTarget Vm, VmVgpuWish Wish)> wishes, VmChangeOptions options)
    {
        options.Check();
        Dictionary<string, string> text = options.ToText().ToDictionary(option => option.Key, option => option.Value);
        text[VmVgpuOperation.ActionOption] = action;
        return new ChangeIntent(
            VmVgpuOperation.IntentKind,
            title,
            [.. wishes.GroupBy(one => one.Vm).Select(vm => new IntentTarget(vm.Key, vm.First().Wish.ToWanted()))],
            text);
    }

    private static IReadOnlyList<(string Name, int Count)> Checked(IReadOnlyList<(string Name, int Count)> named)
    {
        foreach ((string name, int count) in named)
        {
            if (count > MostPerVm)
            {
                throw new GpuVSphereException(
                    "InvalidCount",
                    GpuErrorCategory.InvalidArgument,
                    $"{count.ToString(CultureInfo.InvariantCulture)} x {name} is more than a VM can have: {MostPerVm} vGPUs at most.",
                    name,
                    "Give fewer.");
            }
        }

        return named;
    }

    // They become keys of the VM's configuration file, so what would make another key or another line of it is refused.
    private static IReadOnlyDictionary<string, string> Checked(IReadOnlyDictionary<string, string> parameters)
    {
        foreach (KeyValuePair<string, string> parameter in parameters)
        {
            bool isName = parameter.Key.Length > 0 && parameter.Key.All(letter => letter is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-');
            bool isValue = parameter.Value.All(letter => !char.IsControl(letter) && letter != '"');
            if (!isName || !isValue)
            {
                throw new GpuVSphereException(
                    "InvalidPluginParameter",
                    GpuErrorCategory.InvalidArgument,
                    isName
                        ? $"The value of the plug-in parameter {parameter.Key} has a quote or a control character in it."
                        : $"'{parameter.Key}' cannot be the name of a plug-in parameter: letters, digits, '_' and '-' only.",
                    parameter.Key,
                    "Write it as NVIDIA's guide does: @{ enable_uvm = 1 }.");
            }
        }

        return parameters;
    }

    private static GpuVSphereException NothingNamed(string message) => new(
        "NothingToDo", GpuErrorCategory.InvalidArgument, message, null, "Name one with -VgpuProfile; Get-VgpuProfile lists what the hosts offer.");
}
