using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Readiness;

namespace GpuVSphere.Operations;

/// <summary>The two MMIO keys in a proposal: how large the window must be with the GPUs that the VM will have, and what is to be set for it. Pure.</summary>
internal static class VmMmio
{
    /// <summary>Asks how large the window must be with all the GPUs that the VM will have.</summary>
    public static void Size(VmProposal proposal, VmChangeOptions options)
    {
        VmSituation situation = proposal.Situation;
        try
        {
            proposal.Mmio = MmioQuestion.FromVm(
                proposal.Rest(),
                situation.HostDevices,
                proposal.Edit.StaticDevices.Select(added => added.Device).ToList(),
                proposal.Edit.DynamicDevices.Select(request => request.AllowedDevices).ToList(),
                addedVgpus: [.. proposal.Edit.Vgpus.Select(added => added.Profile), .. proposal.Edit.ReplacedVgpus.Select(replaced => replaced.Profile)]);
        }
        catch (GpuVSphereException e) when (e.Id == "UnknownGpuModel")
        {
            proposal.MmioUnknown = e.Message + (options.MmioSizeGB is null && proposal.Action != ReadinessAction.PowerOn ? " No MMIO size is set." : string.Empty);
            return;
        }

        int? computed = proposal.Mmio.Sources.Where(source => source.Kind != MmioSourceKind.Existing).Max(source => source.SizeGB);
        if (options.MmioSizeGB is { } asked && computed is { } needed && asked < needed)
        {
            proposal.MmioWarning = $"{asked} GB was asked for, and {needed} GB is what its GPUs need; with less it may not power on.";
        }
        else if (options.MmioSizeGB is { } smaller && proposal.Mmio.ExistingSizeGB is { } existing && existing > smaller)
        {
            proposal.MmioWarning = $"{situation.Vm.Name} has {existing} GB set, which is more than the {smaller} GB asked for; a larger value is never lowered.";
        }
    }

    /// <summary>The size to set: what was asked for, else what is needed, and never less than what is there. Null when nothing is to be set.</summary>
    public static int? SizeToSet(VmProposal proposal, VmChangeOptions options)
    {
        if (options.MmioSizeGB is not { } asked)
        {
            return proposal.Mmio?.SizeGB;
        }

        int? existing = MmioKeys.Read(proposal.Situation.Vm.ExtraConfig).SizeGB;
        return existing is { } value && value > asked ? MmioSizing.RoundUpToPowerOfTwo(value) : asked;
    }

    /// <summary>Wants both keys, leaving alone what means the same already.</summary>
    public static void WantKeys(GpuVm vm, int sizeGB, Action<string, string> want)
    {
        MmioSettings settings = MmioKeys.Read(vm.ExtraConfig);
        if (!settings.IsOn)
        {
            want(VmProperty.Use64BitMmio, "TRUE");
        }

        want(VmProperty.MmioSizeGB, sizeGB.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Removes misspelt keys when that was asked for.</summary>
    public static void RemoveMisspelt(VmProposal proposal, VmChangeOptions options)
    {
        if (!options.RemoveMisspeltKeys)
        {
            return;
        }

        foreach (MmioKeyFinding finding in Misspelt(proposal.Situation.Vm))
        {
            proposal.Edit.Want(finding.Key, null);
        }
    }

    private static IEnumerable<MmioKeyFinding> Misspelt(GpuVm vm) =>
        MmioKeys.Read(vm.ExtraConfig).Findings.Where(finding => finding.Problem == MmioKeyProblem.Misspelt);
}
