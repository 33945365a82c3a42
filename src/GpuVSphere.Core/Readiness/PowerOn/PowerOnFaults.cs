using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>Explains why VMs with GPUs did not power on: from a VM, a task, an error, or a log. The power-on of this module's own changes uses it as well.</summary>
public static class PowerOnFaults
{
    /// <summary>Explains the last failed power-on of a VM, from its recent tasks and its own log.</summary>
    /// <param name="session">The server.</param>
    /// <param name="vm">The VM as it was read.</param>
    /// <param name="inventory">What was read beside it: its host, and the other VMs there.</param>
    /// <param name="smi">What nvidia-smi said of its host; empty when it was not asked.</param>
    /// <param name="note">Told what could not be read, and why.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The causes, the surer first.</returns>
    /// <exception cref="GpuVSphereException">NoFailedPowerOn: nothing tells of one.</exception>
    public static async Task<IReadOnlyList<PowerOnFinding>> ExplainVmAsync(
        VimSession session, GpuVm vm, GpuInventory inventory, IReadOnlyList<NvidiaSmiGpu> smi, Action<string> note, CancellationToken cancellationToken)
    {
        TaskOutcome? last = await LastPowerOnAsync(session, vm.Id.Reference, cancellationToken).ConfigureAwait(false);
        PowerOnTold? told = last?.Fault is { } fault ? PowerOnTold.Of(fault, $"task {last.Task.Value}") : null;
        PowerOnEvidence evidence = await GatherAsync(session, vm, inventory, told, smi, note, cancellationToken).ConfigureAwait(false);
        if (told is null && (last?.State == "success" || evidence.Log is not { HasFailed: true }))
        {
            throw Nothing(vm, last);
        }

        return PowerOnRules.Explain(evidence);
    }

    /// <summary>Explains what was said of a VM's power-on, with the VM and its host as they are now.</summary>
    /// <param name="session">The server.</param>
    /// <param name="vm">The VM as it was read.</param>
    /// <param name="inventory">What was read beside it.</param>
    /// <param name="told">What was said.</param>
    /// <param name="smi">What nvidia-smi said of its host; empty when it was not asked.</param>
    /// <param name="note">Told what could not be read, and why.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The causes, the surer first.</returns>
    public static async Task<IReadOnlyList<PowerOnFinding>> ExplainVmAsync(
        VimSession session, GpuVm vm, GpuInventory inventory, PowerOnTold told, IReadOnlyList<NvidiaSmiGpu> smi, Action<string> note, CancellationToken cancellationToken) =>
        PowerOnRules.Explain(await GatherAsync(session, vm, inventory, told, smi, note, cancellationToken).ConfigureAwait(false));

    /// <summary>Explains what was said, without a server.</summary>
    /// <param name="told">What was said.</param>
    /// <param name="subject">What to call it.</param>
    /// <returns>The causes, the surer first.</returns>
    public static IReadOnlyList<PowerOnFinding> Explain(PowerOnTold told, string subject) =>
        PowerOnRules.Explain(new PowerOnEvidence { Subject = subject, Lines = told.Lines, FaultTypes = told.FaultTypes });

    /// <summary>Explains a vmware.log, or a part of one, without a server.</summary>
    /// <param name="log">The bytes, read forward once and not closed.</param>
    /// <param name="name">What to call the log.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The causes of the last power-on in it, the surer first.</returns>
    /// <exception cref="GpuVSphereException">NoFailedPowerOn: it has no line that tells of one.</exception>
    public static async Task<IReadOnlyList<PowerOnFinding>> ExplainLogAsync(Stream log, string name, CancellationToken cancellationToken) =>
        Explain(await PowerOnLog.ReadAsync(log, name, cancellationToken).ConfigureAwait(false));

    /// <summary>Explains lines of a vmware.log, such as those that come down a pipeline.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="name">What to call the log.</param>
    /// <returns>The causes of the last power-on in it, the surer first.</returns>
    /// <exception cref="GpuVSphereException">NoFailedPowerOn: they have no line that tells of one.</exception>
    public static IReadOnlyList<PowerOnFinding> ExplainLog(IEnumerable<string> lines, string name) => Explain(PowerOnLog.Read(lines, name));

    private static IReadOnlyList<PowerOnFinding> Explain(PowerOnLog log) => log.HasFailed
        ? PowerOnRules.Explain(new PowerOnEvidence { Subject = log.VmName ?? log.Name, Lines = log.Lines, Log = log })
        : throw new GpuVSphereException(
            "NoFailedPowerOn",
            GpuErrorCategory.ObjectNotFound,
            log.HasBegin ? $"The last power-on in {log.Name} did not fail." : $"{log.Name} has no line that tells of a failed power-on.",
            log.Name,
            "Take the vmware.log of the power-on that failed; older ones lie beside it as vmware-1.log and so on. A failure before the VM starts is in none: take the error or the task.");

    private static GpuVSphereException Nothing(GpuVm vm, TaskOutcome? last) => new(
        "NoFailedPowerOn",
        GpuErrorCategory.ObjectNotFound,
        vm.IsRunning ? $"{vm.Name} is powered on."
            : last?.State == "success" ? $"The last power-on of {vm.Name} did not fail."
            : $"Neither the recent tasks nor the log of {vm.Name} tell of a failed power-on.",
        vm.Name,
        vm.IsRunning
            ? "What failed before is in the logs beside its vmware.log (vmware-1.log and so on): Resolve-GpuPowerOnFault -LogPath <file>."
            : "vCenter forgets a task after some minutes: power the VM on once more, then run this again.");

    private static async Task<PowerOnEvidence> GatherAsync(
        VimSession session, GpuVm vm, GpuInventory inventory, PowerOnTold? told, IReadOnlyList<NvidiaSmiGpu> smi, Action<string> note, CancellationToken cancellationToken)
    {
        // A power-on that vCenter refused began no log: the one that is there is of an older power-on.
        PowerOnLog? log = told is null || told.IsOfVmx ? await ReadLogAsync(session, vm, note, cancellationToken).ConfigureAwait(false) : null;
        GpuHost? host = inventory.Hosts.FirstOrDefault(one => one.Id.Reference == vm.Host);
        var evidence = new PowerOnEvidence
        {
            Subject = vm.Name,
            Lines = [.. told?.Lines ?? [], .. log?.Lines ?? []],
            FaultTypes = told?.FaultTypes ?? [],
            Log = log,
            Vm = vm,
            Host = host,
            Smi = [.. smi.Where(gpu => gpu.HostId == host?.Id)],
        };
        return evidence.PluginLine is null || host is not { IsConnected: true } ? evidence
            : evidence with { HostDriver = await ReadDriverAsync(session, host, note, cancellationToken).ConfigureAwait(false) };
    }

    private static async Task<TaskOutcome?> LastPowerOnAsync(VimSession session, ManagedObjectReference vm, CancellationToken cancellationToken)
    {
        IReadOnlyList<ManagedObjectReference> recent = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of([vm], "recentTask")], _ => new DelegateObjectReader((_, value) => recent = value.References(), (_, _) => { }), cancellationToken).ConfigureAwait(false);
        return (await session.ReadTasksAsync(recent, cancellationToken).ConfigureAwait(false))
            .Where(task => task.IsPowerOn && task.State is "success" or "error")
            .OrderBy(task => task.QueuedAt ?? DateTimeOffset.MinValue)
            .LastOrDefault();
    }

    private static async Task<PowerOnLog?> ReadLogAsync(VimSession session, GpuVm vm, Action<string> note, CancellationToken cancellationToken)
    {
        try
        {
            using Stream log = await VmLogFile.OpenAsync(session, vm, cancellationToken).ConfigureAwait(false);
            return await PowerOnLog.ReadAsync(log, $"{vm.LogDirectory}{VmLogFile.Name}", cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException missing) when (missing.Id == "DatastoreFileNotFound")
        {
            // A VM that never got as far as its VMX process has none.
            return null;
        }
        catch (Exception e) when (e is GpuVSphereException or IOException)
        {
            note($"The log of {vm.Name} could not be read, so its lines are not known: {e.Message}");
            return null;
        }
    }

    private static async Task<DriverVersion?> ReadDriverAsync(VimSession session, GpuHost host, Action<string> note, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.ListVibsAsync(host.Id.Reference, ofNextBoot: false, cancellationToken).ConfigureAwait(false))
                .Select(vib => VgpuCatalog.InUse.ReadPackage(vib.Name + "_" + vib.Version))
                .FirstOrDefault(package => package is { IsDriver: true })?.Driver;
        }
        catch (GpuVSphereException e)
        {
            note($"The NVIDIA driver of {host.Name} could not be read: {e.Message}");
            return null;
        }
    }
}
