using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.PowerOn;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>The error of a VM that did not power on after it was changed: why, as <see cref="PowerOnFaults"/> explains it, what mends it, and what puts the VM back.</summary>
internal static class VmPowerOnFailure
{
    /// <summary>The failure with its reason and what to do.</summary>
    public static async Task<GpuVSphereException> ExplainAsync(VimSession session, VmProposal proposal, VimFaultException fault, CancellationToken cancellationToken)
    {
        GpuVm vm = proposal.Situation.Vm;
        (GpuVm now, GpuInventory inventory) = await ReadAsync(session, vm, proposal.Situation.Host, cancellationToken).ConfigureAwait(false);
        bool isVgpu = now.PciDevices.Any(VmGpuDevices.IsVgpu);
        string undo = $"{(isVgpu ? "Remove-VmVgpuProfile" : "Remove-VmGpuPassthrough")} -VM {Typed.Name(vm.Name)} -All puts the VM back.";
        string reasons = string.Join(" ", fault.Details.Where(text => text.Trim().Length > 0 && fault.Message.IndexOf(text, StringComparison.Ordinal) < 0).Distinct());
        string message = $"{vm.Name} did not power on. {fault.Message}" + (reasons.Length > 0 ? " " + reasons : string.Empty);

        IReadOnlyList<PowerOnFinding> findings = await PowerOnFaults.ExplainVmAsync(
            session, now, inventory, PowerOnTold.Of(fault, "the fault"), [], _ => { }, cancellationToken).ConfigureAwait(false);
        PowerOnFinding first = findings[0];
        string explanation = string.Join(" ", findings.Select(finding => finding.Explanation).Distinct());
        string next = first.Command is null ? first.NextStep : $"{first.Command}. {first.NextStep}";
        return new GpuVSphereException("PowerOnFailed", GpuErrorCategory.OperationFailed, $"{message} {explanation}", vm.Name, $"{next} {undo}", fault);
    }

    // The VM is another one than was planned with: it was reconfigured since.
    private static async Task<(GpuVm Vm, GpuInventory Inventory)> ReadAsync(VimSession session, GpuVm planned, GpuHost? host, CancellationToken cancellationToken)
    {
        try
        {
            GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Vms([planned.Id.Reference]), cancellationToken).ConfigureAwait(false);
            if (inventory.Vms.FirstOrDefault(vm => vm.Id == planned.Id) is { } now)
            {
                return (now, inventory);
            }
        }
        catch (GpuVSphereException)
        {
            // The failure must be told also where nothing more can be read.
        }

        return (planned, new GpuInventory
        {
            ServerUuid = planned.Id.ServerUuid,
            ServerName = planned.ServerName,
            ReadAt = session.Clock.UtcNow,
            Hosts = host is null ? [] : [host],
            Vms = [planned],
        });
    }
}
