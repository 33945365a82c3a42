using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Vgpu;

/// <summary>What the planners of vGPUs share: plug-in parameters, and the question that the rules answer. Pure.</summary>
internal static class VmVgpuPlanner
{
    /// <summary>The vGPUs of a VM, in the order of their keys.</summary>
    public static IReadOnlyList<VmGpu> VgpusOf(GpuVm vm) => [.. vm.PciDevices.Where(VmGpuDevices.IsVgpu).OrderBy(device => device.Key)];

    public static bool IsSame(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    /// <summary>The device of a VM with a key, which must be a vGPU; null when it is gone.</summary>
    /// <exception cref="GpuVSphereException">NotAVgpu.</exception>
    public static VmGpu? ByKey(GpuVm vm, int key)
    {
        if (vm.PciDevices.FirstOrDefault(device => device.Key == key) is not { } device || VmGpuDevices.IsVgpu(device))
        {
            return vm.PciDevices.FirstOrDefault(one => one.Key == key);
        }

        bool isPassthrough = VmGpuDevices.IsPassthrough(device);
        throw new GpuVSphereException(
            "NotAVgpu",
            GpuErrorCategory.InvalidArgument,
            $"{device.DeviceLabel ?? "The device"} of {vm.Name} is no vGPU"
            + (isPassthrough ? device.Address is { } address ? $": it is the GPU at {address}, given by passthrough." : ": it is a GPU given by passthrough." : "."),
            vm.Name,
            isPassthrough ? $"Remove-VmGpuPassthrough -VM {Typed.Name(vm.Name)} takes a passthrough GPU away." : $"Get-VmGpu -VM {Typed.Name(vm.Name)} lists its GPUs.");
    }

    /// <summary>Wants plug-in parameters of vGPUs, by their numbers in the VM's settings; an empty value takes one away.</summary>
    public static void WantParameters(VmProposal proposal, IEnumerable<int> numbers, IReadOnlyDictionary<string, string> parameters)
    {
        foreach (int number in numbers)
        {
            foreach (KeyValuePair<string, string> parameter in parameters)
            {
                proposal.Edit.Want(VmGpuIndex.ParameterKey(number, parameter.Key), parameter.Value.Length == 0 ? null : parameter.Value);
            }
        }
    }

    /// <summary>The number of a device in the VM's settings.</summary>
    /// <exception cref="GpuVSphereException">DeviceNumberUnknown.</exception>
    public static int NumberOf(VmGpu device) => device.Index ?? throw NumberUnknown(device.VmName, device.DeviceLabel);

    /// <summary>The numbers that new devices get: the lowest that are free.</summary>
    /// <exception cref="GpuVSphereException">DeviceNumberUnknown: a device of the VM does not tell its own.</exception>
    public static IReadOnlyList<int> NewNumbers(GpuVm vm, int count)
    {
        HashSet<int> taken = [.. vm.PciDevices.Select(NumberOf)];
        return [.. Enumerable.Range(0, taken.Count + count).Where(number => !taken.Contains(number)).Take(count)];
    }

    /// <summary>What the rules are to judge: the vGPUs that come, those the VM will have, and whether all of them start.</summary>
    public static VgpuQuestion Ask(VmProposal proposal, VmVgpuSituation situation)
    {
        GpuVm rest = proposal.Rest();
        string[] come = [.. proposal.Edit.Vgpus.Select(added => added.Profile), .. proposal.Edit.ReplacedVgpus.Select(replaced => replaced.Profile)];
        string[] after = [.. VgpusOf(rest).Select(device => device.VgpuProfile).OfType<string>(), .. come];
        HashSet<Vim.VimObjectId> itself = [situation.Vm.Id];
        string[] groups = [.. proposal.Edit.DeviceGroups.Select(group => group.Name)];
        string[] groupsAfter = [.. VgpusOf(rest).Select(device => device.DeviceGroup).OfType<string>().Concat(groups).Distinct(StringComparer.OrdinalIgnoreCase)];
        VgpuStart? start = situation.VgpuHost is { } host && after.Length > 0 ? Start(HostCapacity.Of(VgpuHosts.Without(host, itself)), after, groupsAfter) : null;
        return new VgpuQuestion
        {
            Wishes = [.. come.Distinct(StringComparer.OrdinalIgnoreCase).Select(profile => Wish(profile, situation))],
            After = [.. after.Select(profile => Wish(profile, situation))],
            HasRoom = after.Length == 0 ? true : start?.Verdict,
            WhyNoRoom = start is null ? "What runs on the VM's host could not be read." : start.Why,
            HostsWithRoom = start?.Verdict == true
                ? []
                : [.. situation.OtherHosts.Where(other => Start(HostCapacity.Of(VgpuHosts.Without(other, itself)), after, groupsAfter).Verdict == true).Select(other => other.Host.Name)],
            DeviceGroups = groups,
            PassthroughDevices = rest.PciDevices.Count(VmGpuDevices.IsPassthrough),
        };
    }

    // A device group needs GPUs that NVLink joins, with nothing on them. vSphere does not tell which those are: only where all are free it is certain.
    private static VgpuStart Start(HostCapacity capacity, string[] profiles, string[] groups)
    {
        VgpuStart start = capacity.CanStart(profiles);
        string[] busy = groups.Length == 0 || start.Verdict != true ? []
            : [.. profiles.Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(profile => capacity.Fit(profile).Gpus).Where(gpu => gpu.InTheWay.Count > 0).Select(gpu => gpu.Device.Address.ToString()).Distinct()];
        return busy.Length == 0 ? start : start with
        {
            Verdict = null,
            Why = $"{string.Join(", ", groups)} needs GPUs of {capacity.Host.Name} that NVLink joins, with nothing on them. Which those are vSphere does not tell, and vGPUs run on {string.Join(", ", busy)}.",
        };
    }

    private static VgpuWish Wish(string profile, VmVgpuSituation situation)
    {
        VgpuType? type = VgpuCatalog.InUse.FindType(profile);
        return new VgpuWish
        {
            Profile = profile,
            IsOffered = situation.Offered?.Contains(profile, StringComparer.OrdinalIgnoreCase),
            NearNames = situation.Offered is { } offered ? NearNames.Find(profile, offered) : [],
            OfferedBy = [.. situation.OtherHosts
                .Where(other => other.Host.IsConnected && other.OfferedProfiles?.Contains(profile, StringComparer.OrdinalIgnoreCase) == true)
                .Select(other => other.Host.Name)],
            Gpus = type is null ? situation.HostDevices : [.. situation.HostDevices.Where(device => VgpuCatalog.InUse
                .FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId)
                .Any(board => board.Name == type.Board))],
            IsWholeGpu = type?.MaxPerGpu is { } most ? most == 1 : null,
        };
    }

    private static GpuVSphereException NumberUnknown(string vmName, string? label) => new(
        "DeviceNumberUnknown",
        GpuErrorCategory.InvalidState,
        $"The PCI devices of {vmName} are not labelled as vSphere labels them ({label ?? "no label"}), so the key of a plug-in parameter cannot be told.",
        vmName,
        "Set the parameter by hand: pciPassthruN.cfg.<name>, where N is the vGPU's number in the VM's .vmx file.");
}
