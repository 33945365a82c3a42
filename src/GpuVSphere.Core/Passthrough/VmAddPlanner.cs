using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Passthrough;

/// <summary>Plans what a VM needs to get GPUs. Pure: from what was read and what is wanted to the change.</summary>
internal static class VmAddPlanner
{
    /// <summary>Plans one VM.</summary>
    /// <exception cref="GpuVSphereException">DeviceNotFound, NotAGpu, AmbiguousName, DeviceNotOffered: what is wanted cannot be found for this VM.</exception>
    public static VmProposal Plan(VmSituation situation, IReadOnlyList<VmGpuSelector> wanted, VmChangeOptions options)
    {
        GpuVm vm = situation.Vm;
        var proposal = new VmProposal(situation, ReadinessAction.AddToVm);
        VmEdit edit = proposal.Edit;
        foreach (VmGpuSelector selector in wanted)
        {
            if (selector.OnHost is { } elsewhere && elsewhere.HostId != HostOf(vm))
            {
                // The rules refuse it; whoever overrides them gets what was asked for, and the server's answer at power-on.
                proposal.Devices.Add(elsewhere);
                edit.StaticDevices.Add((elsewhere, Bare(elsewhere)));
            }
            else if (selector.Device is { } device)
            {
                AddStatic(proposal, device);
            }
            else if (selector.Dynamic is { } request)
            {
                AddDynamic(proposal, request, selector.Count);
            }
        }

        VmNeeds.Add(proposal, options);
        Tell(proposal);
        return proposal;
    }

    private static void AddStatic(VmProposal proposal, DeviceSelector selector)
    {
        VmSituation situation = proposal.Situation;
        GpuVm vm = situation.Vm;
        if (selector.Address is { } configured && Holds(vm, configured))
        {
            AddKnown(proposal, configured);
            return;
        }

        if (situation.Host is not { } host)
        {
            throw new GpuVSphereException(
                "DeviceNotFound",
                GpuErrorCategory.ObjectNotFound,
                $"The host of {vm.Name} could not be read, so {selector} cannot be found.",
                selector.ToString(),
                "Check that the VM is registered on a connected host, and that this account may see it.");
        }

        IReadOnlyList<GpuDevice> found = selector.Resolve(host);
        GpuDevice device = found.Count == 1
            ? found[0]
            : found.FirstOrDefault(one => Holds(vm, one.Address)) ?? throw new GpuVSphereException(
                "AmbiguousName",
                GpuErrorCategory.AmbiguousName,
                $"The label '{selector}' fits {found.Count} GPUs of {host.Name}: {string.Join(", ", found.Select(one => one.Address))}.",
                selector.ToString(),
                "Name one by its address, or ask for any of them dynamically.");
        if (proposal.Devices.Contains(device))
        {
            return;
        }

        proposal.Devices.Add(device);
        if (Holds(vm, device.Address))
        {
            return;
        }

        PassthroughOffer? offer = situation.Offers is null ? null : PassthroughOffer.In(situation.Offers).FirstOrDefault(one => one.Address == device.Address);
        if (offer is null && device.State == PassthroughState.Active)
        {
            throw situation.WhyNoOffers ?? new GpuVSphereException(
                "DeviceNotOffered",
                GpuErrorCategory.InvalidState,
                $"{host.Name} reports {device.Address} as active and does not offer it to {vm.Name}, so its backing cannot be told.",
                device.Address.ToString(),
                "Refresh the host's hardware in vCenter, or reboot the host, then run the command again.");
        }

        // A device that is not active is never offered; the rules tell what to do about that.
        proposal.Edit.StaticDevices.Add((device, offer ?? Bare(device)));
    }

    private static PassthroughOffer Bare(GpuDevice device) =>
        new(device.Address.ToString(), device.Address, device.VendorId, device.DeviceId, string.Empty, device.Name);

    private static VimObjectId? HostOf(GpuVm vm) => vm.Host is { } host ? new VimObjectId(vm.Id.ServerUuid, host) : null;

    private static void AddDynamic(VmProposal proposal, DynamicGpuRequest request, int count)
    {
        int held = proposal.Situation.Vm.PciDevices.Count(device =>
            device.Kind == VmGpuKind.DynamicPassthrough && VmProperty.IsSame(VmProperty.RequestOf(device), request));
        for (int i = held; i < count; i++)
        {
            proposal.Edit.DynamicDevices.Add(request);
        }

        for (int i = 0; i < count; i++)
        {
            proposal.DynamicRequests.Add(request);
        }
    }

    private static bool Holds(GpuVm vm, PciAddress address) =>
        vm.PciDevices.Any(device => device.Kind == VmGpuKind.StaticPassthrough && device.Address == address);

    private static void AddKnown(VmProposal proposal, PciAddress address)
    {
        GpuDevice? device = proposal.Situation.HostDevices.FirstOrDefault(one => one.Address == address);
        if (device is not null && !proposal.Devices.Contains(device))
        {
            proposal.Devices.Add(device);
        }
    }

    private static void Tell(VmProposal proposal)
    {
        VmEdit edit = proposal.Edit;
        if (edit.StaticDevices.Count > 0)
        {
            proposal.Consequences.Add("loses vMotion, snapshots, suspend, HA restart and DRS: a device by address ties it to its host");
        }
        else if (edit.DynamicDevices.Count > 0)
        {
            proposal.Consequences.Add("loses vMotion, snapshots, suspend and DRS load balancing; HA restart and DRS initial placement stay");
        }

        VmNeeds.Tell(proposal);
    }
}
