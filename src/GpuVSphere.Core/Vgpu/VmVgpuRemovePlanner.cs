using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Vgpu;

/// <summary>Plans how vGPUs are taken from a VM and what was set for them is put back. Pure.</summary>
internal static class VmVgpuRemovePlanner
{
    /// <summary>Plans one VM.</summary>
    /// <exception cref="GpuVSphereException">NotAVgpu; VgpuProfileNotFound: a profile was named that nobody knows.</exception>
    public static VmProposal Plan(VmVgpuSituation situation, VmVgpuWish wish, VmChangeOptions options)
    {
        GpuVm vm = situation.Vm;
        var proposal = new VmProposal(situation, ReadinessAction.RemoveVgpu);
        IReadOnlyList<VmGpu> vgpus = VmVgpuPlanner.VgpusOf(vm);
        List<VmGpu> named = [.. wish.Keys.Select(key => VmVgpuPlanner.ByKey(vm, key)).OfType<VmGpu>()];

        // A profile that is named beside single vGPUs narrows them down; alone it means all of the VM that have it.
        List<VmGpu> removed = wish.IsAll ? [.. vgpus] : wish.Profiles.Count == 0 ? [.. named] : [];
        foreach (string profile in wish.Profiles.Select(one => one.Name))
        {
            List<VmGpu> found = [.. (wish.Keys.Count > 0 ? named : vgpus).Where(device => VmVgpuPlanner.IsSame(device.VgpuProfile, profile))];
            removed.AddRange(found);
            if (found.Count == 0)
            {
                NotHeld(proposal, situation, profile, wish.Keys.Count > 0 ? named : vgpus);
            }
        }

        HashSet<int> groups = [.. removed.Select(device => device.DeviceGroupKey).OfType<int>()];
        List<VmGpu> whole = [.. vgpus.Where(device => device.DeviceGroupKey is { } group && groups.Contains(group))];
        if (whole.Except(removed).Any())
        {
            proposal.Consequences.Add($"loses the whole device group {string.Join(", ", whole.Select(device => device.DeviceGroup).Distinct())}: a group comes and goes as a whole");
        }

        proposal.Edit.RemovedDevices.AddRange(removed.Concat(whole).Distinct());
        foreach (VmGpu device in proposal.Edit.RemovedDevices)
        {
            foreach (string parameter in device.PluginParameters.Keys)
            {
                proposal.Edit.Want(VmGpuIndex.ParameterKey(VmVgpuPlanner.NumberOf(device), parameter), null);
            }
        }

        if (proposal.Edit.RemovedDevices.Count > 0)
        {
            VmRestore.PutBack(proposal);
        }

        proposal.Edit.AddPower(options);
        VmNeeds.TellPower(proposal);
        return proposal;
    }

    // A profile that the VM does not have is as wanted already. A name that nobody knows is a slip of the pen, and must not look like success.
    private static void NotHeld(VmProposal proposal, VmVgpuSituation situation, string profile, IReadOnlyList<VmGpu> vgpus)
    {
        GpuVm vm = situation.Vm;
        string[] held = [.. vgpus.Select(device => device.VgpuProfile).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
        string what = held.Length == 0 ? $"{vm.Name} has no vGPU." : $"{vm.Name} has {string.Join(", ", held)}.";
        bool isOther = VmVgpuPlanner.VgpusOf(vm).Any(device => VmVgpuPlanner.IsSame(device.VgpuProfile, profile));
        bool isKnown = isOther || VgpuCatalog.InUse.FindType(profile) is not null || situation.Offered?.Contains(profile, StringComparer.OrdinalIgnoreCase) == true;
        if (!isKnown)
        {
            IReadOnlyList<string> near = NearNames.Find(profile, held);
            throw new GpuVSphereException(
                "VgpuProfileNotFound",
                GpuErrorCategory.ObjectNotFound,
                $"There is no vGPU profile '{profile}' on {vm.Name}, and neither its host nor the catalogue knows one. {what}",
                profile,
                near.Count > 0 ? $"Did you mean {string.Join(", ", near)}?" : $"Get-VmGpu -VM {Typed.Name(vm.Name)} lists its GPUs.");
        }

        string text = isOther
            ? $"{profile} is not among the vGPUs of {vm.Name} that were named, so it stays."
            : $"{profile} is no vGPU of {vm.Name}, so there is nothing to take away. {what}";

        // With other vGPUs left in the VM the wrong one may have been named; with none left, it was just done before.
        if (held.Length == 0)
        {
            proposal.Consequences.Add(text);
        }
        else
        {
            proposal.Findings.Add(new Finding("VGPU-NOT-HELD", FindingSeverity.Warning, situation.Target, text, $"Get-VmGpu -VM {Typed.Name(vm.Name)} lists what it has."));
        }
    }
}
