using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Readiness;

namespace GpuVSphere.Passthrough;

/// <summary>Plans how GPUs are taken from a VM and what was set for them is put back. Pure.</summary>
internal static class VmRemovePlanner
{
    private const ushort Nvidia = 0x10DE;

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
            PutBack(proposal);
        }

        VmMmioPlanner.RemoveMisspelt(proposal, options);
        proposal.Edit.AddPower(options);
        if (proposal.Edit.PowersOff)
        {
            proposal.Consequences.Add("is shut down for the change" + (proposal.Edit.PowersOn ? " and started again" : string.Empty));
        }

        return proposal;
    }

    /// <summary>Whether a device of a VM is a GPU given by passthrough.</summary>
    internal static bool IsPassthroughGpu(VmGpu device) =>
        device.Kind is VmGpuKind.StaticPassthrough or VmGpuKind.DynamicPassthrough && device.AllowedDevices.Any(ids => ids.VendorId == Nvidia);

    private static IEnumerable<VmGpu> Find(VmSituation situation, VmGpuSelector selector, List<VmGpu> taken)
    {
        GpuVm vm = situation.Vm;
        List<VmGpu> gpus = vm.PciDevices.Where(IsPassthroughGpu).ToList();
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

            return IsPassthroughGpu(device)
                ? [device]
                : throw new GpuVSphereException(
                    "NotAGpu",
                    GpuErrorCategory.InvalidArgument,
                    $"{device.DeviceLabel ?? "The device"} of {vm.Name} is no passthrough GPU"
                    + (device.VgpuProfile is null ? "." : $": it is the vGPU {device.VgpuProfile}."),
                    selector.ToString(),
                    device.VgpuProfile is null ? $"Get-VmGpu -VM {vm.Name} lists its GPUs." : $"Remove-VmVgpuProfile -VM {vm.Name} takes a vGPU away.");
        }
    }

    // A GPU of the host that the VM does not hold is as wanted already. What neither of them has is a slip of the pen, and must not look like success.
    private static void NotHeld(VmProposal proposal, DeviceSelector selector)
    {
        GpuVm vm = proposal.Situation.Vm;
        GpuHost? host = proposal.Situation.Host;
        List<VmGpu> gpus = vm.PciDevices.Where(IsPassthroughGpu).ToList();
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
                $"Get-VmGpu -VM {vm.Name} lists what it holds"
                + (gpus.Count == 0 ? "." : $"; Get-VmGpu -VM {vm.Name} | Remove-VmGpuPassthrough takes all of it away."));
        }

        // With other GPUs left in the VM the wrong one may have been named; with none left, it was just done before.
        if (gpus.Count == 0)
        {
            proposal.Consequences.Add(text);
        }
        else
        {
            proposal.Findings.Add(new Finding(
                "DEVICE-NOT-HELD", FindingSeverity.Warning, proposal.Situation.Target, text, $"Get-VmGpu -VM {vm.Name} lists what it holds."));
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
            : "a dynamic device " + VmGpuSelector.Describe(VmProperty.RequestOf(device)) + model;
    }

    private static void PutBack(VmProposal proposal)
    {
        GpuVm vm = proposal.Situation.Vm;
        VmEdit edit = proposal.Edit;
        List<VmGpu> remaining = vm.PciDevices.Where(device => !edit.RemovedDevices.Contains(device)).ToList();
        if (VmUndoRecord.Of(vm) is not { } record)
        {
            if (remaining.Count == 0)
            {
                proposal.Consequences.Add("keeps its memory reservation and MMIO keys: there is no record of what they were before");
            }

            return;
        }

        if (remaining.Count == 0)
        {
            foreach (string property in record.Fields.Keys)
            {
                Restore(proposal, record, property);
            }

            edit.Want(VmUndoRecord.Key, null);
        }
        else if (remaining.Any(IsPassthroughGpu))
        {
            SizeForTheRest(proposal, record, vm with { PciDevices = remaining });
        }
        else
        {
            proposal.Consequences.Add("keeps its memory reservation and MMIO keys: its other PCI devices need them");
        }
    }

    private static void Restore(VmProposal proposal, VmUndoRecord record, string property)
    {
        GpuVm vm = proposal.Situation.Vm;
        string? current = VmProperty.Read(vm, property);
        string? before = record.Fields[property].Before;

        // While all memory is kept reserved the reservation follows the memory's size, so it is ours also after the memory was changed.
        bool followsTheLock = property == VmProperty.MemoryReservation
            && record.IsOurs(VmProperty.MemoryLock, VmProperty.Read(vm, VmProperty.MemoryLock))
            && vm.MemoryReservationMB == vm.MemoryMB;
        if (record.IsOurs(property, current) || followsTheLock)
        {
            proposal.Edit.Want(property, before);
        }
        else if (!string.Equals(current, before, StringComparison.OrdinalIgnoreCase))
        {
            proposal.Consequences.Add($"keeps {property} = {current ?? "(absent)"}: it was changed since by somebody else");
        }
    }

    private static void SizeForTheRest(VmProposal proposal, VmUndoRecord record, GpuVm rest)
    {
        GpuVm vm = proposal.Situation.Vm;
        VmEdit edit = proposal.Edit;
        string? current = VmProperty.Read(vm, VmProperty.MmioSizeGB);
        if (!record.IsOurs(VmProperty.MmioSizeGB, current))
        {
            return;
        }

        // The size was computed for more GPUs than there will be; what was there before us is not gone below.
        string? before = record.Fields[VmProperty.MmioSizeGB].Before;
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (KeyValuePair<string, string> entry in rest.ExtraConfig)
        {
            keys[entry.Key] = entry.Value;
        }

        keys.Remove(VmProperty.MmioSizeGB);
        if (before is not null)
        {
            keys[VmProperty.MmioSizeGB] = before;
        }

        try
        {
            proposal.Mmio = MmioQuestion.FromVm(rest with { ExtraConfig = keys }, proposal.Situation.HostDevices);
        }
        catch (GpuVSphereException e) when (e.Id == "UnknownGpuModel")
        {
            proposal.MmioUnknown = e.Message + " The MMIO size stays as it is.";
            return;
        }

        VmUndoRecord kept = record;
        if (proposal.Mmio.SizeGB is { } sizeGB)
        {
            string size = sizeGB.ToString(CultureInfo.InvariantCulture);
            if (edit.Want(VmProperty.MmioSizeGB, size))
            {
                kept = kept.With(VmProperty.MmioSizeGB, current, size);
            }
        }
        else
        {
            foreach (string property in (string[])[VmProperty.Use64BitMmio, VmProperty.MmioSizeGB])
            {
                if (record.Fields.ContainsKey(property))
                {
                    Restore(proposal, record, property);
                    kept = kept.Without(property);
                }
            }
        }

        edit.Want(VmUndoRecord.Key, kept.Write(vm.InstanceUuid));
    }
}
