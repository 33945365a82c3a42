using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Plans what a VM needs to get vGPUs. Pure: from what was read and what is wanted to the change.</summary>
internal static class VmVgpuAddPlanner
{
    /// <summary>Plans one VM. The counts are what it is to have, so a VM that has them already is left alone.</summary>
    /// <exception cref="GpuVSphereException">DeviceGroupNotOffered, DeviceGroupNotSupported, DeviceNumberUnknown.</exception>
    public static VmProposal Plan(VmVgpuSituation situation, VmVgpuWish wish, VmChangeOptions options)
    {
        GpuVm vm = situation.Vm;
        var proposal = new VmProposal(situation, ReadinessAction.AddVgpu);
        List<VmGpu> meant = [];
        foreach ((string name, int count) in wish.Profiles)
        {
            string profile = situation.Spell(name);
            List<VmGpu> held = [.. VmVgpuPlanner.VgpusOf(vm).Where(device => VmVgpuPlanner.IsSame(device.VgpuProfile, profile))];
            meant.AddRange(held.Take(count));
            for (int i = held.Count; i < count; i++)
            {
                proposal.Edit.Vgpus.Add(new VgpuAddition(profile));
            }
        }

        foreach ((string name, int count) in wish.Groups)
        {
            AddGroup(proposal, situation, name, count, meant);
        }

        if (wish.Parameters.Count > 0)
        {
            VmVgpuPlanner.WantParameters(
                proposal, [.. meant.Select(VmVgpuPlanner.NumberOf), .. VmVgpuPlanner.NewNumbers(vm, proposal.Edit.Vgpus.Count)], wish.Parameters);
        }

        VmNeeds.Add(proposal, options);
        proposal.Vgpu = VmVgpuPlanner.Ask(proposal, situation);
        if (proposal.Edit.Vgpus.Count > 0)
        {
            proposal.Consequences.Add("can be moved, suspended and snapshotted while it runs only as its profile, the host and vCenter's vgpu.hotmigrate.enabled allow");
        }

        VmNeeds.Tell(proposal);
        return proposal;
    }

    private static void AddGroup(VmProposal proposal, VmVgpuSituation situation, string name, int count, List<VmGpu> meant)
    {
        GpuVm vm = situation.Vm;
        List<IGrouping<int?, VmGpu>> held =
        [
            .. VmVgpuPlanner.VgpusOf(vm).Where(device => VmVgpuPlanner.IsSame(device.DeviceGroup, name)).GroupBy(device => device.DeviceGroupKey),
        ];
        meant.AddRange(held.Take(count).SelectMany(group => group));
        for (int i = held.Count; i < count; i++)
        {
            ConfigTargetDeviceGroup group = Offered(situation, name);
            int key = -1 - proposal.Edit.DeviceGroups.Count;
            proposal.Edit.DeviceGroups.Add(new NewDeviceGroup(key, group.Name));
            proposal.Edit.Vgpus.AddRange(group.Devices.Select(device => new VgpuAddition(device.VgpuProfile!, new DeviceGroupMember(key, device.Sequence))));
        }
    }

    private static ConfigTargetDeviceGroup Offered(VmVgpuSituation situation, string name)
    {
        if (situation.OfferedGroups is not { } groups)
        {
            throw situation.WhyNoOffers ?? new GpuVSphereException(
                "DeviceGroupNotOffered",
                GpuErrorCategory.ObjectNotFound,
                $"What the host of {situation.Vm.Name} offers could not be read, so the device group '{name}' cannot be found.",
                name,
                "Check that the VM is registered on a connected host, and that this account may see it.");
        }

        string hostName = situation.Vm.HostName ?? "the host";
        ConfigTargetDeviceGroup? group = groups.FirstOrDefault(one => VmVgpuPlanner.IsSame(one.Name, name));
        if (group is null)
        {
            IReadOnlyList<string> near = NearNames.Find(name, groups.Select(one => one.Name));
            throw new GpuVSphereException(
                "DeviceGroupNotOffered",
                GpuErrorCategory.ObjectNotFound,
                $"{hostName} offers no device group '{name}'.",
                name,
                near.Count > 0 ? $"Did you mean {string.Join(", ", near)}?"
                    : groups.Count > 0 ? $"It offers {string.Join(", ", groups.Select(one => one.Name))}."
                    : "Device groups come with vSphere 8.0, for GPUs joined by NVLink that are Shared Direct; give single vGPUs with -VgpuProfile.");
        }

        return group.Devices.Count > 0 && group.Devices.All(device => device.VgpuProfile is not null) ? group : throw new GpuVSphereException(
            "DeviceGroupNotSupported",
            GpuErrorCategory.NotSupported,
            $"The device group '{group.Name}' of {hostName} has devices that are no vGPUs: {string.Join(", ", group.Devices.Where(device => device.VgpuProfile is null).Select(device => $"{device.Name} ({device.Type})"))}.",
            group.Name,
            "Add it in the vSphere Client; this command gives groups of vGPUs only.");
    }
}
