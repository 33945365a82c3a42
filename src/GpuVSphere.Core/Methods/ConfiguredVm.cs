using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Methods;

/// <summary>A VM as it is configured, as rules are asked about it: nothing is added, and what it has is what it wants. Pure.</summary>
internal static class ConfiguredVm
{
    /// <summary>What the rules are asked of a VM that is to be powered on.</summary>
    public static ReadinessSubject Subject(VmVgpuSituation situation)
    {
        VmProposal proposal = new(situation, ReadinessAction.PowerOn);
        VmChangeOptions options = new();
        foreach (VmGpu held in situation.Vm.PciDevices)
        {
            if (held.Kind == VmGpuKind.DynamicPassthrough && VmGpuDevices.IsPassthrough(held))
            {
                proposal.DynamicRequests.Add(VmProperty.RequestOf(held));
            }
            else if (held is { Kind: VmGpuKind.StaticPassthrough, Address: { } address }
                && situation.HostDevices.FirstOrDefault(device => device.Address == address) is { } device)
            {
                proposal.Devices.Add(device);
            }
        }

        VmMmio.Size(proposal, options);
        if (situation.Vm.PciDevices.Any(VmGpuDevices.IsVgpu))
        {
            VgpuQuestion question = VmVgpuPlanner.Ask(proposal, situation);
            proposal.Vgpu = question with
            {
                Wishes = [.. question.After.GroupBy(wish => wish.Profile, System.StringComparer.OrdinalIgnoreCase).Select(same => same.First())],
                DeviceGroups = [.. VmVgpuPlanner.VgpusOf(situation.Vm).Select(device => device.DeviceGroup).OfType<string>().Distinct()],
            };
        }

        // How a size comes about is told where one is to be set.
        return proposal.Subject(options) with { MmioReason = null };
    }
}
