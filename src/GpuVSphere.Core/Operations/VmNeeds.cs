using System.Globalization;
using GpuVSphere.Inventory;

namespace GpuVSphere.Operations;

/// <summary>What a VM with a GPU needs beside the device, by either method: MMIO keys, reserved memory, no hot-add, the firmware, and the record of what was before. Pure.</summary>
internal static class VmNeeds
{
    /// <summary>Adds it all to a proposal that has its devices.</summary>
    public static void Add(VmProposal proposal, VmChangeOptions options)
    {
        GpuVm vm = proposal.Situation.Vm;
        VmEdit edit = proposal.Edit;
        VmMmio.Size(proposal, options);
        VmUndoRecord record = VmUndoRecord.Of(vm) ?? VmUndoRecord.Empty();
        VmUndoRecord kept = record;
        void Want(string property, string value)
        {
            string? current = VmProperty.Read(vm, property);
            if (edit.Want(property, value))
            {
                kept = kept.With(property, current, value);
            }
        }

        if (VmMmio.SizeToSet(proposal, options) is { } sizeGB)
        {
            VmMmio.WantKeys(vm, sizeGB, Want);
        }

        Want(VmProperty.MemoryLock, "true");
        Want(VmProperty.MemoryReservation, vm.MemoryMB.ToString(CultureInfo.InvariantCulture));
        Want(VmProperty.CpuHotAdd, "false");
        Want(VmProperty.MemoryHotAdd, "false");
        if (options.NoGuestInstalled && proposal.Mmio?.RequiresEfi == true)
        {
            edit.Want(VmProperty.Firmware, "efi");
        }

        VmMmio.RemoveMisspelt(proposal, options);
        if (!kept.IsEmpty)
        {
            edit.Want(VmUndoRecord.Key, kept.Write(vm.InstanceUuid));
        }

        edit.AddPower(options);
    }

    /// <summary>Says what it costs.</summary>
    public static void Tell(VmProposal proposal)
    {
        VmEdit edit = proposal.Edit;
        GpuVm vm = proposal.Situation.Vm;
        if (edit.Values.ContainsKey(VmProperty.MemoryLock) || edit.Values.ContainsKey(VmProperty.MemoryReservation))
        {
            proposal.Consequences.Add($"keeps all its {vm.MemoryMB.ToString(CultureInfo.InvariantCulture)} MB of memory reserved while it runs");
        }

        if (edit.Values.ContainsKey(VmProperty.CpuHotAdd) || edit.Values.ContainsKey(VmProperty.MemoryHotAdd))
        {
            proposal.Consequences.Add("can no longer get CPUs or memory while it runs");
        }

        if (edit.Values.ContainsKey(VmProperty.Firmware))
        {
            proposal.Consequences.Add("boots by EFI from now on, also after the GPU is taken away again");
        }

        TellPower(proposal);
    }

    /// <summary>Says that the VM is shut down, where it is.</summary>
    public static void TellPower(VmProposal proposal)
    {
        if (proposal.Edit.PowersOff)
        {
            proposal.Consequences.Add("is shut down for the change" + (proposal.Edit.PowersOn ? " and started again" : string.Empty));
        }
    }
}
