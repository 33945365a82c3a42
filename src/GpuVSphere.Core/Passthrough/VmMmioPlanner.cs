using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Passthrough;

/// <summary>Plans the two MMIO keys of a VM. Pure.</summary>
internal static class VmMmioPlanner
{
    /// <summary>Plans the keys alone: for the GPUs that the VM has, or to a size that is given.</summary>
    public static VmProposal Plan(VmSituation situation, VmChangeOptions options)
    {
        GpuVm vm = situation.Vm;
        var proposal = new VmProposal(situation, ReadinessAction.SetMmio);
        VmMmio.Size(proposal, options);
        VmUndoRecord? record = VmUndoRecord.Of(vm);
        VmUndoRecord? kept = record;
        if (SizeToMend(proposal, options) is { } sizeGB)
        {
            VmMmio.WantKeys(vm, sizeGB, (property, value) =>
            {
                string? current = VmProperty.Read(vm, property);
                if (proposal.Edit.Want(property, value))
                {
                    // Without a record these are the user's own values, which stay when a GPU is taken away.
                    kept = kept?.With(property, current, value);
                }
            });
        }

        VmMmio.RemoveMisspelt(proposal, options);
        if (kept is not null)
        {
            proposal.Edit.Want(VmUndoRecord.Key, kept.Write(vm.InstanceUuid));
        }

        proposal.Edit.AddPower(options);
        VmNeeds.TellPower(proposal);
        return proposal;
    }

    // Where a size was meant and has no effect - the switch is missing or off, or the key is misspelt and to be removed - it is given effect.
    private static int? SizeToMend(VmProposal proposal, VmChangeOptions options)
    {
        MmioSettings settings = MmioKeys.Read(proposal.Situation.Vm.ExtraConfig);
        int meant = options.MmioSizeGB is null && settings.SizeGB is { } set ? MmioSizing.RoundUpToPowerOfTwo(set) : 0;
        foreach (MmioKeyFinding finding in settings.Findings)
        {
            if (finding.Problem == MmioKeyProblem.Misspelt
                && options.RemoveMisspeltKeys
                && finding.MendedKey == VmProperty.MmioSizeGB
                && int.TryParse(finding.MendedValue, NumberStyles.None, CultureInfo.InvariantCulture, out int misspelt))
            {
                meant = Math.Max(meant, misspelt);
            }
        }

        int size = Math.Max(meant, VmMmio.SizeToSet(proposal, options) ?? 0);
        return size > 0 ? size : null;
    }
}
