using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>Explains why a VM with GPUs did not power on, from what the server says and from the VM's own log.</summary>
internal static class VmPowerOnFailure
{
    private const string LogName = "vmware.log";

    /// <summary>The failure with its reason and what to do.</summary>
    public static async Task<GpuVSphereException> ExplainAsync(VimSession session, VmProposal proposal, VimFaultException fault, CancellationToken cancellationToken)
    {
        GpuVm vm = proposal.Situation.Vm;
        string[] vgpus =
        [
            .. proposal.Rest().PciDevices.Where(VmGpuDevices.IsVgpu).Select(device => device.VgpuProfile).OfType<string>(),
            .. proposal.Edit.ReplacedVgpus.Select(replaced => replaced.Profile),
            .. proposal.Edit.Vgpus.Select(added => added.Profile),
        ];
        string undo = $"{(vgpus.Length > 0 ? "Remove-VmVgpuProfile" : "Remove-VmGpuPassthrough")} -VM {vm.Name} -All puts the VM back.";
        string reasons = string.Join(" ", fault.Details.Where(text => text.Trim().Length > 0 && fault.Message.IndexOf(text, StringComparison.Ordinal) < 0).Distinct());
        string message = $"{vm.Name} did not power on. {fault.Message}" + (reasons.Length > 0 ? " " + reasons : string.Empty);
        if (vgpus.Length > 0 && VgpuPowerOnFailure.Explain(fault, vm, proposal.Situation.Host, vgpus) is { } explained)
        {
            return new GpuVSphereException("PowerOnFailed", GpuErrorCategory.OperationFailed, $"{message} {explained.Causes}", vm.Name, $"{explained.Next} {undo}", fault);
        }

        string next = $"Get-MmioSize -VM {vm.Name} -FromLog reads its {LogName}. {undo}";
        if (await ReadLogAsync(session, vm, cancellationToken).ConfigureAwait(false) is { HasFailed: true, PagesNeeded: { } pages } log)
        {
            int sizeGB = MmioSizing.NextPowerOfTwoGB(MmioSizing.BytesOfPages(pages));
            message += $" Its log says that its GPUs need {pages} pages of 4 KiB"
                + (log.PageLimit is { } limit ? $" and that the limit is {limit}" : string.Empty)
                + $": {MmioKeys.SizeGB} must be {sizeGB} or more.";
            next = $"Set-VmMmioSize -VM {vm.Name} -SizeGB {sizeGB}, then power it on. {undo}";
        }
        else if (Speaks(fault, "systemId") || Speaks(fault, "deviceId"))
        {
            next = $"The device was configured on another host or in another form: take it away and give it again. {undo}";
        }
        else if (Speaks(fault, "is not a passthrough device"))
        {
            next = "The device moved to another address, or its server needs its hot-plug setting switched off (HPE a00121002en_us): see Get-GpuDevice -VMHost "
                + $"{vm.HostName}. {undo}";
        }

        return new GpuVSphereException("PowerOnFailed", GpuErrorCategory.OperationFailed, message, vm.Name, next, fault);
    }

    /// <summary>The VM's own log; null when it cannot be read or says nothing of PCI devices.</summary>
    public static async Task<VmwareLog?> ReadLogAsync(VimSession session, GpuVm vm, CancellationToken cancellationToken)
    {
        if (vm.LogDirectory is null)
        {
            return null;
        }

        try
        {
            return await OpenLogAsync(session, vm, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GpuVSphereException or IOException)
        {
            return null;
        }
    }

    /// <summary>The VM's own log, understood.</summary>
    /// <exception cref="GpuVSphereException">It is not there, may not be read, or has no PCI lines.</exception>
    public static async Task<VmwareLog> OpenLogAsync(VimSession session, GpuVm vm, CancellationToken cancellationToken)
    {
        using Stream log = await OpenStreamAsync(session, vm, cancellationToken).ConfigureAwait(false);
        return await VmwareLogParser.ReadAsync(log, vm.LogDirectory + LogName, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The bytes of the VM's own log.</summary>
    /// <exception cref="GpuVSphereException">It is not there or may not be read.</exception>
    public static async Task<Stream> OpenStreamAsync(VimSession session, GpuVm vm, CancellationToken cancellationToken)
    {
        if (vm.LogDirectory is not { } directory)
        {
            throw new GpuVSphereException(
                "LogNotFound", GpuErrorCategory.ObjectNotFound, $"{vm.Name} does not tell where its log is.", vm.Name, "Check that its files can be reached on the datastore.");
        }

        string datacenter = session.IsVCenter
            ? await session.FindDatacenterPathAsync(vm.Id.Reference, cancellationToken).ConfigureAwait(false)
            : "ha-datacenter";
        return await session.OpenReadAsync(datacenter, DatastorePath.Parse(directory).Combine(LogName), cancellationToken).ConfigureAwait(false);
    }

    private static bool Speaks(VimFaultException fault, string word) =>
        fault.Message.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0
        || fault.Details.Any(text => text.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0);
}
