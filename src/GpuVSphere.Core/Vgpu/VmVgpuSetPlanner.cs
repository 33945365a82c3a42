using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Vgpu;

/// <summary>Plans how vGPUs of a VM become another profile, or get other plug-in parameters. Pure.</summary>
internal static class VmVgpuSetPlanner
{
    /// <summary>Plans one VM.</summary>
    /// <exception cref="GpuVSphereException">NotAVgpu; VgpuNotFound: the VM has none that could be replaced; DeviceGroupMember; DeviceNumberUnknown.</exception>
    public static VmProposal Plan(VmVgpuSituation situation, VmVgpuWish wish, VmChangeOptions options)
    {
        GpuVm vm = situation.Vm;
        var proposal = new VmProposal(situation, ReadinessAction.AddVgpu);
        string? profile = wish.Profiles.Count > 0 ? situation.Spell(wish.Profiles[0].Name) : null;
        IReadOnlyList<VmGpu> meant = Meant(vm, wish, profile);
        foreach (VmGpu device in meant.Where(device => profile is not null && !VmVgpuPlanner.IsSame(device.VgpuProfile, profile)))
        {
            proposal.Edit.ReplacedVgpus.Add(device.DeviceGroup is null && device.DeviceGroupKey is null ? (device, profile!) : throw new GpuVSphereException(
                "DeviceGroupMember",
                GpuErrorCategory.InvalidState,
                $"{device.DeviceLabel ?? "The vGPU"} of {vm.Name} ({device.VgpuProfile}) belongs to the device group {device.DeviceGroup}, which comes and goes as a whole.",
                vm.Name,
                $"Take the group away (Remove-VmVgpuProfile -VM {Typed.Name(vm.Name)}), then add what is wanted."));
        }

        if (wish.Parameters.Count > 0)
        {
            VmVgpuPlanner.WantParameters(proposal, meant.Select(VmVgpuPlanner.NumberOf), wish.Parameters);
        }

        // A size of ours may become smaller with a smaller profile; anybody else's is never lowered.
        if (options.MmioSizeGB is null
            && proposal.Edit.ReplacedVgpus.Count > 0
            && VmUndoRecord.Of(vm) is { } record
            && record.IsOurs(VmProperty.MmioSizeGB, VmProperty.Read(vm, VmProperty.MmioSizeGB)))
        {
            VmRestore.SizeForTheRest(proposal, record);
            VmMmio.RemoveMisspelt(proposal, options);
            proposal.Edit.AddPower(options);
        }
        else
        {
            VmNeeds.Add(proposal, options);
        }

        proposal.Vgpu = VmVgpuPlanner.Ask(proposal, situation);
        VmNeeds.Tell(proposal);
        return proposal;
    }

    private static IReadOnlyList<VmGpu> Meant(GpuVm vm, VmVgpuWish wish, string? profile)
    {
        IReadOnlyList<VmGpu> vgpus = VmVgpuPlanner.VgpusOf(vm);
        IEnumerable<VmGpu> named = wish.Keys.Count > 0 ? wish.Keys.Select(key => VmVgpuPlanner.ByKey(vm, key)).OfType<VmGpu>() : vgpus;
        List<VmGpu> meant = [.. named.Where(device => wish.Replaced.Count == 0 || wish.Replaced.Any(old => VmVgpuPlanner.IsSame(old, device.VgpuProfile)))];
        if (meant.Count > 0)
        {
            return meant;
        }

        // What was to be replaced is gone, and what was to take its place is there: it was just done before.
        List<VmGpu> done = [.. vgpus.Where(device => VmVgpuPlanner.IsSame(device.VgpuProfile, profile))];
        if (done.Count > 0)
        {
            return done;
        }

        bool hasPassthrough = vm.PciDevices.Any(VmGpuDevices.IsPassthrough);
        throw new GpuVSphereException(
            "VgpuNotFound",
            GpuErrorCategory.ObjectNotFound,
            vgpus.Count > 0
                ? $"{vm.Name} has no vGPU {string.Join(", ", wish.Replaced)}; it has {string.Join(", ", vgpus.Select(device => device.VgpuProfile).Distinct())}."
                : $"{vm.Name} has no vGPU that could be replaced{(hasPassthrough ? "; its GPU is given by passthrough" : string.Empty)}.",
            vm.Name,
            vgpus.Count > 0 ? $"Get-VmGpu -VM {Typed.Name(vm.Name)} lists its GPUs." : $"Add-VmVgpuProfile -VM {Typed.Name(vm.Name)} -VgpuProfile {Typed.Name(profile, "<profile>")} gives it one.");
    }
}
