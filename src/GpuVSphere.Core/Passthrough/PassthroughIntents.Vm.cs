using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;

namespace GpuVSphere.Passthrough;

// What a user can ask for of VMs.
public static partial class PassthroughIntents
{
    /// <summary>The VM as the object of a plan.</summary>
    /// <param name="vm">The VM.</param>
    public static PlanTarget Target(GpuVm vm) => new(vm.Id, vm.Name, vm.ServerName);

    /// <summary>The object of a plan by its name.</summary>
    /// <param name="named">The host or VM.</param>
    public static PlanTarget Target(NamedObject named) => new(named.Id, named.Name, named.ServerName);

    /// <summary>GPUs are to be given to VMs; each VM gets all of them.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="gpus">The GPUs: by address or label of the VM's own host, or dynamically.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">NothingToDo: no GPU was named. NotForAdding: a selector that only names what a VM has. InvalidMmioSize, InvalidTimeout.</exception>
    public static ChangeIntent AddToVm(IEnumerable<PlanTarget> vms, IReadOnlyList<VmGpuSelector> gpus, VmChangeOptions options) =>
        AddToVm(vms.Select(vm => new KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>(vm, gpus)), options);

    /// <summary>GPUs are to be given to VMs, to each its own.</summary>
    /// <param name="wanted">For each VM the GPUs.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">NothingToDo: no GPU was named. NotForAdding: a selector that only names what a VM has. InvalidMmioSize, InvalidTimeout.</exception>
    public static ChangeIntent AddToVm(IEnumerable<KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>> wanted, VmChangeOptions options)
    {
        List<KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>> all = wanted.ToList();
        foreach (VmGpuSelector selector in all.SelectMany(one => one.Value))
        {
            if (selector.IsAll || selector.Key is not null)
            {
                throw new GpuVSphereException(
                    "NotForAdding",
                    GpuErrorCategory.InvalidArgument,
                    $"'{selector}' names what a VM has; what it is to get is named by a device of its host or by ids.",
                    selector.ToString(),
                    "Get-GpuDevice lists what there is.");
            }
        }

        return ForVms(VmPassthroughOperation.IntentKind, "Give GPUs to VMs", VmPassthroughOperation.AddAction, all, options);
    }

    /// <summary>GPUs are to be taken from VMs, and what was set for them put back.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="gpus">Which of their GPUs; <see cref="VmGpuSelector.All"/> for all.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">NothingToDo: no GPU was named. InvalidTimeout.</exception>
    public static ChangeIntent RemoveFromVm(IEnumerable<PlanTarget> vms, IReadOnlyList<VmGpuSelector> gpus, VmChangeOptions options) =>
        RemoveFromVm(vms.Select(vm => new KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>(vm, gpus)), options);

    /// <summary>GPUs are to be taken from VMs, from each its own, and what was set for them put back.</summary>
    /// <param name="wanted">For each VM which of its GPUs; <see cref="VmGpuSelector.All"/> for all.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">NothingToDo: no GPU was named. InvalidTimeout.</exception>
    public static ChangeIntent RemoveFromVm(IEnumerable<KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>> wanted, VmChangeOptions options) =>
        ForVms(VmPassthroughOperation.IntentKind, "Take GPUs from VMs", VmPassthroughOperation.RemoveAction, wanted.ToList(), options);

    /// <summary>
    /// The MMIO keys of VMs are to be set: to <see cref="VmChangeOptions.MmioSizeGB"/>, or to what their passthrough GPUs need. Misspelt keys are told,
    /// and removed with <see cref="VmChangeOptions.RemoveMisspeltKeys"/>.
    /// </summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">InvalidMmioSize, InvalidTimeout.</exception>
    public static ChangeIntent SetMmio(IEnumerable<PlanTarget> vms, VmChangeOptions options)
    {
        options.Check();
        return new ChangeIntent(
            VmMmioOperation.IntentKind,
            "Set the MMIO size of VMs",
            vms.Distinct().Select(vm => new IntentTarget(vm, new Dictionary<string, string>())).ToList(),
            options.ToText());
    }

    private static ChangeIntent ForVms(
        string kind, string title, string action, List<KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>> wanted, VmChangeOptions options)
    {
        options.Check();
        if (wanted.Count > 0 && wanted.All(one => one.Value.Count == 0))
        {
            throw new GpuVSphereException(
                "NothingToDo", GpuErrorCategory.InvalidArgument, "No GPU was named.", null, "Name one with -Device; Get-GpuDevice lists what there is.");
        }

        var text = options.ToText().ToDictionary(option => option.Key, option => option.Value);
        text[VmPassthroughOperation.ActionOption] = action;
        List<IntentTarget> targets = wanted
            .GroupBy(one => one.Key)
            .Select(vm => new IntentTarget(vm.Key, vm
                .SelectMany(one => one.Value)
                .GroupBy(selector => selector.ToString(), StringComparer.Ordinal)
                .ToDictionary(
                    same => same.Key,

                    // The same device named twice is one device; of a kind asked for twice two are meant.
                    same => (same.First().Dynamic is null ? 1 : same.Sum(selector => selector.Count)).ToString(CultureInfo.InvariantCulture))))
            .ToList();
        return new ChangeIntent(kind, title, targets, text);
    }
}
