using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Readiness.PowerOn;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Says how much 64-bit memory-mapped I/O a VM with passthrough GPUs needs, which sources say so, and which was used. Asked by the GPUs of
/// hosts, by VMs, by models, by plain numbers, or by a vmware.log.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MmioSize", DefaultParameterSetName = "VMHost", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MmioReport))]
public sealed class GetMmioSizeCommand : InventoryCmdlet
{
    private readonly VmwareLogParser _lines = new();
    private readonly List<string> _files = [];
    private bool _hasLines;

    /// <summary>Hosts, by name with wildcards, or as objects: as if one VM got all of a host's GPUs, or those of -Device.</summary>
    [Parameter(Position = 0, ParameterSetName = "VMHost", ValueFromPipelineByPropertyName = true)]
    [VMHostTransformation]
    [ArgumentCompleter(typeof(VMHostCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? VMHost { get; set; }

    /// <summary>VMs, by name with wildcards, or as objects: with the GPUs they have, and those of -Device.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "VM", ValueFromPipelineByPropertyName = true)]
    [VMTransformation]
    [ArgumentCompleter(typeof(VMCompleter))]
    [ValidateNotNullOrEmpty]
    public VmIdentity[]? VM { get; set; }

    /// <summary>GPUs of the host, or GPUs that the VM would get: PCI addresses, hardware labels, or device objects.</summary>
    [Parameter(Position = 1, ParameterSetName = "VMHost", ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = "VM", ValueFromPipelineByPropertyName = true)]
    [DeviceTransformation]
    [ArgumentCompleter(typeof(DeviceCompleter))]
    [ValidateNotNullOrEmpty]
    public DeviceIdentity[]? Device { get; set; }

    /// <summary>Reads the VM's own vmware.log from its datastore.</summary>
    [Parameter(ParameterSetName = "VM")]
    [Parameter(ParameterSetName = "VMHost")]
    public SwitchParameter FromLog { get; set; }

    /// <summary>
    /// Finds out by trying: attaches the GPUs to the powered-off VM without the settings, powers it on, which is expected to fail, reads its
    /// log, and puts everything back.
    /// </summary>
    [Parameter(ParameterSetName = "VM")]
    [Parameter(ParameterSetName = "VMHost")]
    public SwitchParameter Probe { get; set; }

    /// <summary>With -Probe: ids of rules that shall not keep it from being tried.</summary>
    [Parameter(ParameterSetName = "VM")]
    [Parameter(ParameterSetName = "VMHost")]
    [ArgumentCompleter(typeof(RuleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] SkipRule { get; set; } = [];

    /// <summary>GPU models, such as 'A100 80GB'; several are meant for one VM.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Model")]
    [ArgumentCompleter(typeof(GpuModelCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Model { get; set; }

    /// <summary>The largest BAR of one GPU in GB; 0.25 is the 256 MB of a T4.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "BarSize")]
    public double BarSizeGB { get; set; }

    /// <summary>How many GPUs the VM has: of the BAR size, or of each model. 1 unless told otherwise.</summary>
    [Parameter(ParameterSetName = "Model")]
    [Parameter(ParameterSetName = "BarSize")]
    public int Count { get; set; } = 1;

    /// <summary>Local vmware.log files, with wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Log", ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LogPath { get; set; }

    /// <summary>The number after 'total number of pages needed' in the message of a failed power-on.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "PageCount")]
    public long PageCount { get; set; }

    internal override string Takes => "a host, a VM, a GPU, a vmware.log file or its lines";

    internal override HostIdentity[]? BoundHosts => VMHost;

    internal override VmIdentity[]? BoundVms => VM;

    internal override DeviceIdentity[]? BoundDevices => Device;

    internal override TargetGroup? Recognise(PSObject input)
    {
        object? inner = IdentityReader.Unwrap(input);
        if (inner is string line)
        {
            // Get-Content gives lines: text from the pipeline is a log, names are arguments.
            _hasLines = true;
            _lines.AddLine(line);
            return new TargetGroup();
        }

        if (inner is FileInfo file)
        {
            _files.Add(file.FullName);
            return new TargetGroup();
        }

        if (inner is not VmGpu && IdentityReader.ReadDevice(input) is { } device)
        {
            // With -VM the devices are what the VM would get.
            return new TargetGroup { Devices = [device], Vms = HasTyped("VM") ? [.. (VM ?? []).Where(vm => vm.WrongType is null)] : [] };
        }

        IReadOnlyList<DeviceIdentity> typed = HasTyped("Device") ? Device ?? [] : [];
        return IdentityReader.ReadInventory(input) switch
        {
            HostIdentity host => new TargetGroup { Hosts = [host], Devices = typed },
            VmIdentity vm => new TargetGroup { Vms = [vm], Devices = typed },
            _ => null,
        };
    }

    internal override bool PrepareTargets()
    {
        _files.AddRange(LocalLogs.Find(this, HasTyped("LogPath") ? LogPath ?? [] : []));
        if (ParameterSetName == "VMHost" && Groups.Count == 0 && _files.Count == 0 && !_hasLines && !HasFailed && !MyInvocation.ExpectingInput)
        {
            throw new GpuVSphereException(
                "NothingNamed",
                GpuErrorCategory.InvalidArgument,
                "Nothing was named whose MMIO size is wanted.",
                null,
                "Get-MmioSize -VMHost <name>, -VM <name>, -Model 'A100 80GB' -Count 2, -BarSizeGB 16 -Count 2, or -LogPath <file>");
        }

        return true;
    }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        switch (ParameterSetName)
        {
            case "Model":
                MmioSizing.DeviceCount(Count);
                relay.Output(MmioQuestion.FromModels([.. Model.SelectMany(model => Enumerable.Repeat(model, Count))]));
                return;
            case "BarSize":
                relay.Output(MmioQuestion.FromBars(BarSizeGB, Count));
                return;
            case "PageCount":
                relay.Output(MmioQuestion.FromPages(PageCount));
                return;
        }

        foreach (string file in _files)
        {
            await TryAsync(relay, () => LocalLogs.ReadAsync(file, MmioQuestion.FromLogAsync, cancellationToken)).ConfigureAwait(false);
        }

        if (_hasLines)
        {
            await TryAsync(relay, () => Task.FromResult(MmioQuestion.FromLog(_lines.Finish("The log from the pipeline")))).ConfigureAwait(false);
        }

        if (Groups.Count > 0)
        {
            TargetReader reader = new(Servers, Table.LastRead, relay);
            await FromHostsAsync(reader, relay, cancellationToken).ConfigureAwait(false);
            await FromVmsAsync(reader, relay, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task TryAsync(PipelineRelay relay, Func<Task<MmioReport>> ask)
    {
        try
        {
            relay.Output(await ask().ConfigureAwait(false));
        }
        catch (GpuVSphereException error)
        {
            relay.Error(error);
        }
    }

    private static async Task<MmioReport> FromLogOfVmAsync(NamedVm named, GpuVm vm, CancellationToken cancellationToken)
    {
        string path = vm.LogDirectory + VmLogFile.Name;
        try
        {
            using Stream log = await VmLogFile.OpenAsync(named.Connection.Session, vm, cancellationToken).ConfigureAwait(false);
            return await MmioQuestion.FromLogAsync(log, $"{vm.Name}: {path}", cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException missing) when (missing.Id == "DatastoreFileNotFound")
        {
            throw new GpuVSphereException(
                "LogNotFound",
                GpuErrorCategory.ObjectNotFound,
                $"{vm.Name} has no log: {path} is not there. A VM writes it when it is powered on for the first time.",
                vm.Name,
                $"Power {vm.Name} on once, then run this again; Get-MmioSize -VM {Typed.Name(vm.Name)} works without the log.",
                missing);
        }
    }

    private async Task FromHostsAsync(TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<TargetGroup> groups = [.. Groups.Where(group => group.Vms.Count == 0)];
        if (groups.Count == 0)
        {
            return;
        }

        IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices = await DeviceTargets.ReadAsync(reader, groups, relay, cancellationToken).ConfigureAwait(false);
        if (devices.Count == 0 && groups.All(group => group.Devices.Count == 0))
        {
            relay.Warning("None of the hosts that were found has an NVIDIA GPU, so there is no size to tell.");
        }

        foreach (IGrouping<VimObjectId, (GpuHost Host, GpuDevice Device)> host in devices.GroupBy(one => one.Host.Id))
        {
            await TryAsync(relay, () =>
            {
                MmioReport report = MmioQuestion.FromDevices([.. host.Select(one => one.Device)]);
                return Task.FromResult(report with { Subject = $"{host.First().Host.Name}: {report.Subject}" });
            }).ConfigureAwait(false);
        }
    }

    private async Task FromVmsAsync(TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<(NamedVm Named, DeviceIdentity[] Devices)> meant = [];
        foreach (TargetGroup group in Groups.Where(group => group.Vms.Count > 0))
        {
            foreach (NamedVm vm in await reader.VmsAsync(group.Vms, cancellationToken).ConfigureAwait(false))
            {
                meant.Add((vm, [.. group.Devices]));
            }
        }

        // Devices that came one by one for the same VM count together.
        var byVm = meant.GroupBy(one => one.Named.Vm.Id).ToDictionary(same => same.Key, same => same.SelectMany(one => one.Devices).ToList());
        NamedVm[] named = [.. meant.GroupBy(one => one.Named.Vm.Id).Select(same => same.First().Named)];
        if (Probe)
        {
            await ProbeAsync(named, byVm, reader, relay, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach ((NamedVm one, GpuVm vm, GpuInventory inventory) in await reader.ReadVmsAsync(named, cancellationToken).ConfigureAwait(false))
        {
            // A device object is meant as it is: what has the same address on the VM's host may be another model.
            if (!FromLog && !byVm[one.Vm.Id].TrueForAll(device => VmChangeCmdlet.IsReachable(device, vm, relay)))
            {
                continue;
            }

            await TryAsync(relay, () => FromLog
                ? FromLogOfVmAsync(one, vm, cancellationToken)
                : Task.FromResult(FromVm(vm, inventory, byVm[one.Vm.Id]))).ConfigureAwait(false);
        }
    }

    private async Task ProbeAsync(
        NamedVm[] vms, Dictionary<VimObjectId, List<DeviceIdentity>> devices, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        // Devices that know their host must be of the VM's; what is typed is looked for there by the probe.
        List<NamedVm> reachable = [];
        foreach ((NamedVm one, GpuVm vm, GpuInventory _) in await reader.ReadVmsAsync(vms, cancellationToken).ConfigureAwait(false))
        {
            if (devices[one.Vm.Id].TrueForAll(device => VmChangeCmdlet.IsReachable(device, vm, relay)))
            {
                reachable.Add(one);
            }
        }

        NamedVm[] confirmed = await relay.AskAsync(cmdlet => reachable
            .Where(vm => Confirmation.Ask(cmdlet, vm.Vm.Name, "Attach the GPUs, power on expecting that it fails, read the log, put everything back"))
            .ToArray()).ConfigureAwait(false);
        foreach (NamedVm vm in confirmed)
        {
            await TryAsync(relay, () => MmioProbe.RunAsync(
                vm.Connection.Session,
                PassthroughIntents.Target(vm.Vm),
                [.. devices[vm.Vm.Id].Select(device => VmGpuSelector.Of(DeviceSelector.Parse(device.Text)))],
                new VmChangeOptions { SkipRules = SkipRule },
                relay,
                cancellationToken)).ConfigureAwait(false);
        }
    }

    private static MmioReport FromVm(GpuVm vm, GpuInventory inventory, IReadOnlyList<DeviceIdentity> devices)
    {
        GpuHost? host = inventory.Hosts.FirstOrDefault(candidate => candidate.Id.Reference == vm.Host);
        if (devices.Count > 0 && host is null)
        {
            throw new GpuVSphereException(
                "HostNotFound", GpuErrorCategory.ObjectNotFound, $"The host of {vm.Name} is not to be seen, so its GPUs are not known.", vm.Name, "Ask by model instead: Get-MmioSize -Model <name> -Count <n>");
        }

        GpuDevice[] added = [.. devices.SelectMany(device => DeviceSelector.Parse(device.Text).Resolve(host!))];
        return MmioQuestion.FromVm(vm, host?.Devices ?? [], added);
    }
}
