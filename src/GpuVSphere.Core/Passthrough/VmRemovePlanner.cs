using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Passthrough;

/// <summary>Plans how GPUs are taken from a VM and what was set for them is put back. Pure.</summary>
internal static class VmRemovePlanner
{
    /// <summary>Plans one VM.</summary>
    /// <exception cref="GpuVSphereException">DeviceNotFound: a device was named that neither the VM nor its host has. NotAGpu.</exception>
    public static VmProposal Plan(VmSituation situation, IReadOnlyList<VmGpuSelector> wanted, VmChangeOptions options)
    {
        var proposal = new VmProposal(situation, ReadinessAction.RemoveFromVm);
        foreach (VmGpuSelector selector in wanted)
        {
            List<VmGpu> found = Find(situation, selector, proposal.Edit.RemovedDevices).ToList();
            if (found.Count == 0 && selector.Device is { } named)
            {
                NotHeld(proposal, named);
            }

            foreach (VmGpu device in found)
            {
                if (!proposal.Edit.RemovedDevices.Contains(device))
                {
                    proposal.Edit.RemovedDevices.Add(device);
                }
            }
        }

        if (proposal.Edit.RemovedDevices.Count > 0)
        {
            VmRestore.PutBack(proposal);
        }

        VmMmio.RemoveMisspelt(proposal, options);
        proposal.Edit.AddPower(options);
        VmNeeds.TellPower(proposal);
        return proposal;
    }

    private static IEnumerable<VmGpu> Find(VmSituation situation, VmGpuSelector selector, List<VmGpu> taken)
    {
        GpuVm vm = situation.Vm;
        List<VmGpu> gpus = vm.PciDevices.Where(VmGpuDevices.IsPassthrough).ToList();
        if (selector.IsAll)
        {
            return gpus;
        }

        if (selector.Dynamic is { } request)
        {
            return gpus
                .Where(device => device.Kind == VmGpuKind.DynamicPassthrough
                    && !taken.Contains(device)
                    && VmProperty.IsSame(VmProperty.RequestOf(device), request))
                .Take(selector.Count);
        }

        if (selector.Key is { } key)
        {
            return One(vm.PciDevices.FirstOrDefault(device => device.Key == key));
        }

        if (selector.Device!.Address is { } address)
        {
            return One(vm.PciDevices.FirstOrDefault(device => device.Address == address));
        }

        // By label: what asks for the label itself, and what has the address of a device that carries it.
        string label = selector.Device.Label!;
        return gpus
            .Where(device => string.Equals(device.CustomLabel, label, StringComparison.OrdinalIgnoreCase)
                || situation.HostDevices.Any(one => one.Address == device.Address && string.Equals(one.Label, label, StringComparison.OrdinalIgnoreCase)))
            .ToList();

        // A device that the VM does not have is as wanted already: taking it away twice does no harm.
        IEnumerable<VmGpu> One(VmGpu? device)
        {
            if (device is null)
            {
                return [];
            }

            return VmGpuDevices.IsPassthrough(device)
                ? [device]
                : throw new GpuVSphereException(
                    "NotAGpu",
                    GpuErrorCategory.InvalidArgument,
                    $"{device.DeviceLabel ?? "The device"} of {vm.Name} is no passthrough GPU"
                    + (device.VgpuProfile is null ? "." : $": it is the vGPU {device.VgpuProfile}."),
                    selector.ToString(),
                    device.VgpuProfile is null ? $"Get-VmGpu -VM {Typed.Name(vm.Name)} lists its GPUs." : $"Remove-VmVgpuProfile -VM {Typed.Name(vm.Name)} takes a vGPU away.");
        }
    }

    // A GPU of the host that the VM does not hold is as wanted already. What neither of them has is a slip of the pen, and must not look like success.
    private static void NotHeld(VmProposal proposal, DeviceSelector selector)
    {
        GpuVm vm = proposal.Situation.Vm;
        GpuHost? host = proposal.Situation.Host;
        List<VmGpu> gpus = vm.PciDevices.Where(VmGpuDevices.IsPassthrough).ToList();
        string held = gpus.Count == 0
            ? $"{vm.Name} holds no passthrough GPU."
            : $"{vm.Name} holds {string.Join(", ", gpus.Select(Describe))}.";
        string text;
        if (host is null || (!host.IsConnected && !IsOf(host, selector)))
        {
            text = $"{selector} is no device of {vm.Name}, and whether its host has it could not be read. {held}";
        }
        else if (IsOf(host, selector))
        {
            text = $"{selector} of {host.Name} is no device of {vm.Name}, so there is nothing to take away. {held}";
        }
        else
        {
            throw new GpuVSphereException(
                "DeviceNotFound",
                GpuErrorCategory.ObjectNotFound,
                $"Neither {vm.Name} nor its host {host.Name} has {(selector.Address is null ? $"a GPU with the label '{selector}'" : $"a GPU at {selector}")}. {held}",
                selector.ToString(),
                $"Get-VmGpu -VM {Typed.Name(vm.Name)} lists what it holds"
                + (gpus.Count == 0 ? "." : $"; Get-VmGpu -VM {Typed.Name(vm.Name)} | Remove-VmGpuPassthrough takes all of it away."));
        }

        // With other GPUs left in the VM the wrong one may have been named; with none left, it was just done before.
        if (gpus.Count == 0)
        {
            proposal.Consequences.Add(text);
        }
        else
        {
            proposal.Findings.Add(new Finding(
                "DEVICE-NOT-HELD", FindingSeverity.Warning, proposal.Situation.Target, text, $"Get-VmGpu -VM {Typed.Name(vm.Name)} lists what it holds."));
        }
    }

    private static bool IsOf(GpuHost host, DeviceSelector selector) => host.Devices.Any(device => selector.Address is { } address
        ? device.Address == address
        : string.Equals(device.Label, selector.Label, StringComparison.OrdinalIgnoreCase));

    private static string Describe(VmGpu device)
    {
        string model = device.Model is null ? string.Empty : $" ({device.Model})";
        return device.Kind == VmGpuKind.StaticPassthrough && device.Address is { } address
            ? address + model
            : "a dynamic device " + VmProperty.Describe(VmProperty.RequestOf(device)) + model;
    }
}
