using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;

namespace GpuVSphere.Operations;

/// <summary>What a VM gets back when GPUs are taken from it: only what still holds the value that was set for them. Pure.</summary>
internal static class VmRestore
{
    /// <summary>Puts back what was set for the GPUs: all of it when none is left, the MMIO size for those that are.</summary>
    public static void PutBack(VmProposal proposal)
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
        else if (remaining.Any(VmGpuDevices.IsGpu))
        {
            SizeForTheRest(proposal, record);
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

    /// <summary>Sizes the MMIO window for the GPUs that the VM keeps and gets, where the size it has is ours; it may become smaller.</summary>
    public static void SizeForTheRest(VmProposal proposal, VmUndoRecord record)
    {
        GpuVm rest = proposal.Rest();
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
            proposal.Mmio = MmioQuestion.FromVm(
                rest with { ExtraConfig = keys },
                proposal.Situation.HostDevices,
                addedVgpus: [.. edit.Vgpus.Select(added => added.Profile), .. edit.ReplacedVgpus.Select(replaced => replaced.Profile)]);
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
