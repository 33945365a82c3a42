using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Readiness.PowerOn;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Explains why a VM with GPUs did not power on: the cause, the line that proves it, and the command that mends it. Asked by the VM, a task, an error, or a vmware.log.
/// </summary>
[Cmdlet(VerbsDiagnostic.Resolve, "GpuPowerOnFault", DefaultParameterSetName = "VM")]
[OutputType(typeof(PowerOnFinding))]
public sealed class ResolveGpuPowerOnFaultCommand : InventoryCmdlet
{
    // vSphere takes no longer names.
    private const int LongestName = 80;

    private readonly List<string> _lines = [];
    private readonly List<string> _files = [];
    private readonly List<TaskIdentity> _tasks = [];
    private readonly List<ErrorRecord> _errors = [];

    /// <summary>VMs, by name with wildcards, or as objects: their last power-on, from the recent tasks and their own vmware.log.</summary>
    [Parameter(Position = 0, ParameterSetName = "VM", ValueFromPipelineByPropertyName = true)]
    [VMTransformation]
    [ArgumentCompleter(typeof(VMCompleter))]
    [ValidateNotNullOrEmpty]
    public VmIdentity[]? VM { get; set; }

    /// <summary>Tasks that failed: their ids (task-12), or PowerCLI's task objects.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Task")]
    [ValidateNotNullOrEmpty]
    public PSObject[]? Task { get; set; }

    /// <summary>Errors of this module or of PowerCLI, such as $Error[0].</summary>
    [Parameter(Mandatory = true, ParameterSetName = "ErrorRecord")]
    [ValidateNotNullOrEmpty]
    public ErrorRecord[]? ErrorRecord { get; set; }

    /// <summary>Local vmware.log files, with wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Log", ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LogPath { get; set; }

    /// <summary>What Get-NvidiaSmi said of the VM's host: it tells whether ECC is on, which vSphere does not.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public NvidiaSmiGpu[]? NvidiaSmi { get; set; }

    internal override string Takes => "a VM, a task, an error, a vmware.log file or its lines";

    internal override VmIdentity[]? BoundVms => VM;

    internal override TargetGroup? Recognise(PSObject input)
    {
        object? inner = IdentityReader.Unwrap(input);
        switch (inner)
        {
            case string line:
                // Get-Content gives lines: text from the pipeline is a log, names are arguments.
                _lines.Add(line);
                return new TargetGroup();
            case FileInfo file:
                _files.Add(file.FullName);
                return new TargetGroup();
            case ErrorRecord record:
                _errors.Add(record);
                return new TargetGroup();
            case IContainsErrorRecord { ErrorRecord: { } contained }:
                _errors.Add(contained);
                return new TargetGroup();
        }

        if (TaskIdentity.Read(input) is { } task)
        {
            _tasks.Add(task);
            return new TargetGroup();
        }

        return IdentityReader.ReadInventory(input) is VmIdentity vm ? new TargetGroup { Vms = [vm] } : null;
    }

    internal override bool PrepareTargets()
    {
        _files.AddRange(LocalLogs.Find(this, HasTyped("LogPath") ? LogPath ?? [] : []));
        foreach (PSObject value in HasTyped("Task") ? Task ?? [] : [])
        {
            if (TaskIdentity.Read(value) is { } task)
            {
                _tasks.Add(task);
            }
            else
            {
                WriteError(Errors.ErrorMapper.ToRecord(new GpuVSphereException(
                    "WrongType",
                    GpuErrorCategory.InvalidArgument,
                    $"What was given as -Task is not one: {IdentityReader.Describe(value)}.",
                    IdentityReader.Text(value, "Name"),
                    "Give a task's id, such as task-12, or an object of PowerCLI's Get-Task.")));
            }
        }

        _errors.AddRange(HasTyped("ErrorRecord") ? ErrorRecord ?? [] : []);
        if (ParameterSetName == "VM" && Groups.Count == 0 && !HasFailed && !MyInvocation.ExpectingInput)
        {
            throw new GpuVSphereException(
                "NothingNamed",
                GpuErrorCategory.InvalidArgument,
                "Nothing was named that failed to power on.",
                null,
                "Resolve-GpuPowerOnFault -VM <name>, -Task task-12, -ErrorRecord $Error[0], or -LogPath <file>");
        }

        return true;
    }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (string file in _files)
        {
            await TryAsync(relay, () => LocalLogs.ReadAsync(file, PowerOnFaults.ExplainLogAsync, cancellationToken)).ConfigureAwait(false);
        }

        if (_lines.Count > 0)
        {
            await TryAsync(relay, () => System.Threading.Tasks.Task.FromResult(FromLines())).ConfigureAwait(false);
        }

        foreach (ErrorRecord record in _errors)
        {
            await TryAsync(relay, () => FromErrorAsync(record, relay, cancellationToken)).ConfigureAwait(false);
        }

        foreach (TaskIdentity task in _tasks)
        {
            await TryAsync(relay, () => FromTaskAsync(task, relay, cancellationToken)).ConfigureAwait(false);
        }

        if (Groups.Any(group => group.Vms.Count > 0))
        {
            await FromVmsAsync(relay, cancellationToken).ConfigureAwait(false);
        }
    }

    private IReadOnlyList<PowerOnFinding> FromLines()
    {
        try
        {
            return PowerOnFaults.ExplainLog(_lines, "the log from the pipeline");
        }
        catch (GpuVSphereException error) when (error.Id == "NoFailedPowerOn" && _lines.Count == 1 && _lines[0].Length < LongestName)
        {
            // A name came down the pipeline, where text is a log.
            throw new GpuVSphereException(
                error.Id,
                error.Category,
                $"'{_lines[0]}' is no line of a log that tells of a failed power-on. Text from the pipeline is taken for a log, not for a name.",
                _lines[0],
                $"Resolve-GpuPowerOnFault -VM {Typed.Name(_lines[0])}",
                error);
        }
    }

    private static async Task TryAsync(PipelineRelay relay, Func<Task<IReadOnlyList<PowerOnFinding>>> explain)
    {
        try
        {
            foreach (PowerOnFinding finding in await explain().ConfigureAwait(false))
            {
                relay.Output(finding);
            }
        }
        catch (GpuVSphereException error)
        {
            relay.Error(error);
        }
    }

    private async Task FromVmsAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<NamedVm> named = await reader.VmsAsync([.. Groups.SelectMany(group => group.Vms)], cancellationToken).ConfigureAwait(false);
        IReadOnlyList<(NamedVm Meant, GpuVm Vm, GpuInventory Inventory)> read = await reader.ReadVmsAsync(named, cancellationToken).ConfigureAwait(false);
        if (read.Count <= 1)
        {
            foreach ((NamedVm meant, GpuVm vm, GpuInventory inventory) in read)
            {
                await TryAsync(relay, () => ExplainAsync(meant, vm, inventory, relay, cancellationToken)).ConfigureAwait(false);
            }

            return;
        }

        // Of many VMs most did not fail, and most have no GPU: only those that did are told of.
        bool isAny = false;
        foreach ((NamedVm meant, GpuVm vm, GpuInventory inventory) in read.Where(one => one.Vm.PciDevices.Count > 0))
        {
            await TryAsync(relay, async () =>
            {
                try
                {
                    IReadOnlyList<PowerOnFinding> findings = await ExplainAsync(meant, vm, inventory, relay, cancellationToken).ConfigureAwait(false);
                    isAny = true;
                    return findings;
                }
                catch (GpuVSphereException error) when (error.Id == "NoFailedPowerOn")
                {
                    relay.Verbose(error.Message);
                    return [];
                }
            }).ConfigureAwait(false);
        }

        if (!isAny)
        {
            relay.Warning($"None of {read.Count} VMs tells of a failed power-on with a GPU, neither by its recent tasks nor by its log.");
        }
    }

    private Task<IReadOnlyList<PowerOnFinding>> ExplainAsync(NamedVm meant, GpuVm vm, GpuInventory inventory, PipelineRelay relay, CancellationToken cancellationToken) =>
        PowerOnFaults.ExplainVmAsync(meant.Connection.Session, vm, inventory, NvidiaSmi ?? [], relay.Warning, cancellationToken);

    private async Task<IReadOnlyList<PowerOnFinding>> FromTaskAsync(TaskIdentity task, PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<GpuConnection> open = await OpenAsync(task.Server, task.Task.Value, relay, cancellationToken).ConfigureAwait(false);
        foreach (GpuConnection connection in open)
        {
            if ((await connection.Session.ReadTasksAsync([task.Task], cancellationToken).ConfigureAwait(false)).FirstOrDefault() is { } outcome)
            {
                return await FromTaskAsync(connection, outcome, relay, cancellationToken).ConfigureAwait(false);
            }
        }

        return open.Count == 0 ? [] : throw new GpuVSphereException(
            "TaskGone",
            GpuErrorCategory.ObjectNotFound,
            $"{string.Join(", ", open.Select(connection => connection.Name))} knows no task {task.Task.Value}; a finished task is kept for some minutes only.",
            task.Task.Value,
            "Resolve-GpuPowerOnFault -VM <name> reads the VM's own log, which stays.");
    }

    private async Task<IReadOnlyList<PowerOnFinding>> FromTaskAsync(GpuConnection connection, TaskOutcome outcome, PipelineRelay relay, CancellationToken cancellationToken)
    {
        string name = outcome.Task.Value;
        string method = outcome.Method.Length > 0 ? outcome.Method : outcome.DescriptionId;
        if (outcome.Fault is not { } fault || !outcome.IsPowerOn)
        {
            throw new GpuVSphereException(
                "NoFailedPowerOn",
                GpuErrorCategory.InvalidArgument,
                !outcome.IsPowerOn ? $"{name} ({method}) powers no VM on." : $"{name} is a power-on that has not failed: its state is {outcome.State}.",
                name,
                "Give the task of the power-on that failed, or the VM: Resolve-GpuPowerOnFault -VM <name>.");
        }

        PowerOnTold told = PowerOnTold.Of(fault, "task " + name);
        (GpuVm Vm, GpuInventory Inventory)? found = outcome.Entity.Type == "VirtualMachine" ? await ReadAsync(connection, outcome.Entity, cancellationToken).ConfigureAwait(false) : null;
        return found is { } read
            ? await PowerOnFaults.ExplainVmAsync(connection.Session, read.Vm, read.Inventory, told, NvidiaSmi ?? [], relay.Warning, cancellationToken).ConfigureAwait(false)
            : PowerOnFaults.Explain(told, outcome.EntityName ?? name);
    }

    private async Task<IReadOnlyList<PowerOnFinding>> FromErrorAsync(ErrorRecord record, PipelineRelay relay, CancellationToken cancellationToken)
    {
        VimFaultException? fault = Causes(record.Exception).OfType<VimFaultException>().FirstOrDefault();
        bool isOurs = record.Exception is GpuVSphereException;
        if (isOurs && fault is null)
        {
            throw new GpuVSphereException(
                "NoFailedPowerOn",
                GpuErrorCategory.InvalidArgument,
                $"The error {record.FullyQualifiedErrorId.Split(',')[0]} tells of no power-on that was tried: {record.Exception.Message}",
                record.CategoryInfo.TargetName,
                record.ErrorDetails?.RecommendedAction is { Length: > 0 } action ? action : "Give the error of the power-on that failed.");
        }

        string[] texts = fault is not null ? [] : [record.ErrorDetails?.Message ?? string.Empty];
        PowerOnTold told = PowerOnTold.Of(texts, record.Exception, "the error");
        string? name = IdentityReader.ReadInventory(record.TargetObject) is VmIdentity vm ? vm.Reference?.ToString() ?? vm.Name
            : fault?.Object is { Type: "VirtualMachine" } reference ? reference.ToString()
            : record.TargetObject as string ?? (record.CategoryInfo.TargetName is { Length: > 0 } target ? target : null);
        return name is not null && await FindAsync(name, relay, cancellationToken).ConfigureAwait(false) is { } found
            ? await PowerOnFaults.ExplainVmAsync(found.Connection.Session, found.Vm, found.Inventory, told, NvidiaSmi ?? [], relay.Warning, cancellationToken).ConfigureAwait(false)
            : PowerOnFaults.Explain(told, record.CategoryInfo.TargetName is { Length: > 0 } subject ? subject : "the error");
    }

    private static IEnumerable<Exception> Causes(Exception? error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    // An error is explained by its text alone too: that its VM cannot be looked at is no error of its own.
    private async Task<(GpuConnection Connection, GpuVm Vm, GpuInventory Inventory)?> FindAsync(string name, PipelineRelay relay, CancellationToken cancellationToken)
    {
        try
        {
            Dictionary<GpuConnection, NameDirectory> names = [];
            foreach (GpuConnection connection in await OpenAsync(null, name, relay, cancellationToken).ConfigureAwait(false))
            {
                names.Add(connection, await InventoryReader.ReadNamesAsync(connection.Session, cancellationToken).ConfigureAwait(false));
            }

            NamedObject vm = new NameMatcher([.. names.Values]).OneVm(name);
            GpuConnection owner = names.Keys.First(connection => connection.InstanceUuid == vm.Id.ServerUuid);
            return await ReadAsync(owner, vm.Id.Reference, cancellationToken).ConfigureAwait(false) is { } read ? (owner, read.Vm, read.Inventory) : null;
        }
        catch (GpuVSphereException error)
        {
            relay.Verbose($"The VM of the error is not looked at: {error.Message}");
            return null;
        }
    }

    private async Task<IReadOnlyList<GpuConnection>> OpenAsync(ServerHint? hint, string name, PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (hint is null)
        {
            return await Servers.OpenAsync(relay, cancellationToken).ConfigureAwait(false);
        }

        return await Servers.OpenAsync(hint, name, relay, cancellationToken).ConfigureAwait(false) is { } owner ? [owner] : [];
    }

    private async Task<(GpuVm Vm, GpuInventory Inventory)?> ReadAsync(GpuConnection connection, ManagedObjectReference vm, CancellationToken cancellationToken)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(connection.Session, InventoryScope.Vms([vm]), cancellationToken).ConfigureAwait(false);
        Table.LastRead.Take(inventory);
        return inventory.Vms.FirstOrDefault(one => one.Id.Reference == vm) is { } read ? (read, inventory) : null;
    }
}
