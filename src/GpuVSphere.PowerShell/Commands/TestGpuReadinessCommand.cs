using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Readiness;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Says beforehand what would go wrong: whether hosts can give GPUs or serve vGPUs, whether VMs start with the GPUs that they have, and whether VMs can get
/// the GPUs that are planned for them. Each row is one rule with what was seen, why it matters, and the command that mends it.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "GpuReadiness")]
[OutputType(typeof(ReadinessResult), typeof(bool))]
public sealed class TestGpuReadinessCommand : InventoryCmdlet
{
    // A login to a shell takes a while; many at once would be felt by the user's own machine.
    private const int ShellsAtOnce = 8;

    private readonly List<ChangePlan> _plans = [];
    private IReadOnlyList<string>? _rules;

    /// <summary>The hosts, by name with wildcards, or as objects. A cluster object means all of its hosts. Without hosts, VMs and plans every host with a GPU is meant.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [VMHostTransformation]
    [ArgumentCompleter(typeof(VMHostCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? VMHost { get; set; }

    /// <summary>Clusters, by name with wildcards, or as objects: all of their hosts.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [VMHostTransformation(NameMeans = InventoryKind.Cluster)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? Cluster { get; set; }

    /// <summary>VMs, by name with wildcards, or as objects: as they are configured, or with what is planned for them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [VMTransformation]
    [ArgumentCompleter(typeof(VMCompleter))]
    [ValidateNotNullOrEmpty]
    public VmIdentity[]? VM { get; set; }

    /// <summary>With -VM: the GPUs that the VM is to get by passthrough. With hosts: only these of their GPUs. PCI addresses, hardware labels, or device objects.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [DeviceTransformation]
    [ArgumentCompleter(typeof(DeviceCompleter))]
    [ValidateNotNullOrEmpty]
    public DeviceIdentity[]? Device { get; set; }

    /// <summary>With -VM and -Device: the VM is to ask for any GPU of that kind.</summary>
    [Parameter]
    public SwitchParameter Dynamic { get; set; }

    /// <summary>With -VM: ids of GPUs of which the VM is to get any, as vendor:device in hexadecimal, such as 10de:20b5.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? DeviceId { get; set; }

    /// <summary>With -DeviceId or -Dynamic: the hardware label that the GPU must carry.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Label { get; set; }

    /// <summary>With -VM: the vGPU profiles that the VM is to get.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [VgpuProfileTransformation]
    [ArgumentCompleter(typeof(VgpuProfileCompleter))]
    [AllowNull]
    [AllowEmptyCollection]
    public string?[]? VgpuProfile { get; set; }

    /// <summary>With -VM: the device groups that the VM is to get, such as GPUs joined by NVLink.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DeviceGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] DeviceGroup { get; set; } = [];

    /// <summary>With -DeviceId or -VgpuProfile: how many of each. 1 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 128)]
    public int Count { get; set; } = 1;

    /// <summary>What hosts are asked about: Passthrough, Vgpu, or both. Without it what their GPUs are configured for, and both where they are not configured.</summary>
    [Parameter]
    [ValidateSet("Passthrough", "Vgpu")]
    public string[]? Method { get; set; }

    /// <summary>Says of what is planned that it may shut running VMs down, as -PowerOff of the changing command does.</summary>
    [Parameter]
    public SwitchParameter PowerOff { get; set; }

    /// <summary>Says of what is planned that the VM has no guest yet, as -NoGuestInstalled of the changing command does.</summary>
    [Parameter]
    public SwitchParameter NoGuestInstalled { get; set; }

    /// <summary>Asks nvidia-smi in the shells of the hosts that serve vGPUs, which knows ECC, licences and the drivers in running VMs. SSH that is off is on for the call only.</summary>
    [Parameter]
    public SwitchParameter FromShell { get; set; }

    /// <summary>The login at the hosts' ESXi shell, for -FromShell. Without it the OpenSSH client's configuration and keys are used.</summary>
    [Parameter]
    [Credential]
    public PSCredential? HostCredential { get; set; }

    /// <summary>What Get-NvidiaSmi said of the hosts.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public NvidiaSmiGpu[]? NvidiaSmi { get; set; }

    /// <summary>Only these rules, by id with wildcards.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Rule { get; set; }

    /// <summary>Gives only what blocks, and what is to be confirmed.</summary>
    [Parameter]
    public SwitchParameter ProblemOnly { get; set; }

    /// <summary>Gives one answer for everything that was asked about: whether it was found and nothing blocks.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    internal override string Takes => "a host, a cluster, a VM, a GPU, a vGPU profile or a plan";

    internal override HostIdentity[]? BoundHosts => Both(VMHost, Cluster);

    internal override VmIdentity[]? BoundVms => VM;

    internal override DeviceIdentity[]? BoundDevices => Device;

    // A device of a VM that is piped has a profile or none, and is what the VM has; only of a row the column says what is planned.
    internal override IReadOnlyList<string> BoundProfiles => [.. (VgpuProfile ?? []).OfType<string>().Where(profile => profile.Trim().Length > 0)];

    private bool IsVgpu => DeviceGroup.Length > 0 || Groups.Any(group => group.Profiles.Count > 0);

    private bool IsPassthrough => DeviceId is not null || Groups.Any(group => group.Vms.Count > 0 && group.Devices.Count > 0);

    private VmChangeOptions Options => new() { PowerOff = PowerOff, NoGuestInstalled = NoGuestInstalled };

    private ReadinessAction Methods => (Method ?? []).Aggregate(
        ReadinessAction.None,
        (all, name) => all | (string.Equals(name, "Vgpu", StringComparison.OrdinalIgnoreCase) ? ReadinessAction.UseVgpu : ReadinessAction.UsePassthrough));

    private IReadOnlyList<DeviceIdentity> TypedDevices => HasTyped("Device") ? [.. (Device ?? []).Where(device => device.WrongType is null)] : [];

    internal override TargetGroup? Recognise(PSObject input)
    {
        if (IdentityReader.Unwrap(input) is ChangePlan plan)
        {
            _plans.Add(plan);
            return new TargetGroup();
        }

        TargetGroup typed = new() { Devices = TypedDevices, Profiles = HasTyped("VgpuProfile") ? BoundProfiles : [] };
        if (IdentityReader.Unwrap(input) is string name)
        {
            return typed with { Hosts = [new HostIdentity(name)] };
        }

        VmIdentity[] vms = HasTyped("VM") ? [.. (VM ?? []).Where(vm => vm.WrongType is null)] : [];
        if (VgpuProfileName.Read(input) is { } profile)
        {
            return new TargetGroup { Profiles = [profile], Vms = vms };
        }

        // What Get-VmGpu gives is a VM here, although it has the address of a GPU.
        if (IdentityReader.ReadInventory(input) is VmIdentity vm)
        {
            return typed with { Vms = [vm] };
        }

        return IdentityReader.ReadDevice(input) is { } device ? new TargetGroup { Devices = [device], Vms = vms }
            : IdentityReader.ReadInventory(input) is HostIdentity host ? typed with { Hosts = [host] }
            : null;
    }

    internal override bool PrepareTargets()
    {
        _rules = Rule is null ? null : ReadinessRules.Named(Rule);
        bool isForVms = Groups.Any(group => group.Vms.Count > 0);
        bool isVgpu = IsVgpu || HasTyped("VgpuProfile");
        Refuse(isVgpu && (IsPassthrough || HasTyped("Device")), "TwoMethods", "A VM gets whole GPUs or vGPUs, and both were given.", "Ask for the one, then for the other.");
        Refuse(IsPassthrough && DeviceId is not null && Groups.Any(group => group.Devices.Count > 0), "TwoMethods", "GPUs were named by -Device and by -DeviceId.", "Ask for the one, then for the other.");
        Refuse(HasTyped("VgpuProfile") && BoundProfiles.Count == 0, "NothingNamed", "The name of the vGPU profile is empty.", "Get-VgpuProfile lists what the hosts offer.");
        Refuse((isVgpu || DeviceId is not null) && !isForVms && !HasFailed, "NothingNamed", "What is planned is for a VM, and none was named.", "Name it with -VM, or pipe it in: Get-VM <name> | Test-GpuReadiness ...");
        Refuse((Dynamic && !Groups.Any(group => group.Devices.Count > 0)) || (Label is not null && DeviceId is null && !Dynamic), "NothingNamed", "-Dynamic and -Label say more of a planned GPU, and none was named.", "Name it with -Device and -Dynamic, or any of a kind with -DeviceId.");
        Refuse(HasTyped("Count") && DeviceId is null && !isVgpu, "NothingNamed", "-Count says how many of a kind, and no kind was named.", "Name it with -DeviceId or -VgpuProfile.");
        Refuse(Method is not null && Groups.Count > 0 && Groups.All(group => group.Vms.Count > 0), "NotForVms", "-Method is for hosts: a VM is judged by the GPUs that it has, or that are planned for it.", "Leave -Method out.");
        Refuse(
            HasTyped("Device") && Groups.Any(group => group.Vms.Count == 0 && group.Hosts.Count == 0 && group.Devices.Any(device => device.Host is null)),
            "NothingNamed", "GPUs were named, but not of which host or for which VM.", "Name the host with -VMHost, or the VM that is to get them with -VM.");
        return Groups.Count > 0 || _plans.Count > 0 || (!MyInvocation.ExpectingInput && !HasFailed);
    }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<ReadinessResult> rows = [];
        TargetReader reader = new(Servers, Table.LastRead, relay);
        bool isEverything = Groups.Count == 0 && _plans.Count == 0;
        rows.AddRange(await OfHostsAsync(reader, isEverything, relay, cancellationToken).ConfigureAwait(false));
        rows.AddRange(await OfVmsAsync(reader, relay, cancellationToken).ConfigureAwait(false));
        foreach (ChangePlan plan in _plans)
        {
            await TryAsync(relay, async () =>
            {
                if (await Servers.OpenAllAsync(plan.Targets, relay, cancellationToken).ConfigureAwait(false) is { Count: > 0 } connections)
                {
                    rows.AddRange(await OfChangeAsync(plan.Intent, connections, relay, cancellationToken).ConfigureAwait(false));
                }
            }).ConfigureAwait(false);
        }

        if (Quiet)
        {
            relay.Output(rows.Count > 0 && !relay.HasErrors && !HasFailed && rows.TrueForAll(row => row.Outcome != ReadinessOutcome.Block));
            return;
        }

        foreach (ReadinessResult row in ReadinessReport.InOrder(rows))
        {
            if (!ProblemOnly || row.Outcome >= ReadinessOutcome.Confirm)
            {
                relay.Output(row);
            }
        }
    }

    // What is asked for is refused before a server is looked at.
    private static void Refuse(bool isWrong, string id, string message, string nextStep)
    {
        if (isWrong)
        {
            throw new GpuVSphereException(id, GpuErrorCategory.InvalidArgument, message, null, nextStep);
        }
    }

    private static async Task TryAsync(PipelineRelay relay, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (GpuVSphereException error)
        {
            relay.Error(error);
        }
    }

    private async Task<IReadOnlyList<ReadinessResult>> OfHostsAsync(TargetReader reader, bool isEverything, PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetGroup[] groups = [.. Groups.Where(group => group.Vms.Count == 0 || group.Hosts.Count > 0)];
        HostIdentity[] whole = isEverything ? [new HostIdentity("*")] : [.. groups.Where(group => group.Devices.Count == 0).SelectMany(group => group.Hosts)];
        List<HostUse> uses = [];
        if (whole.Length > 0)
        {
            IReadOnlyList<NamedHost> named = await reader.HostsAsync(whole, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<(NamedHost Meant, GpuHost Host)> read = await reader.ReadHostsAsync(named, cancellationToken).ConfigureAwait(false);
            uses.AddRange(read.Where(one => one.Meant.IsNamed || one.Host.Devices.Count > 0).Select(one => new HostUse(one.Host, Methods)));
            if (uses.Count == 0 && read.Count > 0)
            {
                relay.Warning(read.Count == 1 ? $"{read[0].Host.Name} has no NVIDIA GPU." : $"None of the {read.Count} hosts has an NVIDIA GPU.");
            }
        }

        TargetGroup[] parts = [.. groups.Where(group => group.Devices.Count > 0).Select(group => group with { Vms = [] })];
        if (parts.Length > 0)
        {
            IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices = await DeviceTargets.ReadAsync(reader, parts, relay, cancellationToken).ConfigureAwait(false);
            uses.AddRange(devices
                .Where(one => uses.TrueForAll(use => use.Host.Id != one.Host.Id))
                .GroupBy(one => one.Host.Id)
                .Select(host => new HostUse(host.First().Host, Methods, [.. host.Select(one => one.Device)])));
        }

        List<ReadinessResult> rows = [];
        Dictionary<VimObjectId, HostUse> meant = uses.ToDictionary(use => use.Host.Id);
        foreach (var server in reader.ByServer(meant.Keys).ToList())
        {
            await TryAsync(relay, async () => rows.AddRange(await GpuReadiness.OfHostsAsync(
                server.Key.Connection.Session,
                server.Key.Inventory,
                [.. server.Select(host => meant[host.Id])],
                _rules,
                await AskShellsAsync(server.Key.Connection, [.. server], relay, cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        }

        return rows;
    }

    private async Task<IReadOnlyList<ReadinessResult>> OfVmsAsync(TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<(NamedVm Vm, TargetGroup Group)> vms = [];
        foreach (TargetGroup group in Groups.Where(group => group.Vms.Count > 0))
        {
            vms.AddRange((await reader.VmsAsync(group.Vms, cancellationToken).ConfigureAwait(false)).Select(vm => (vm, group)));
        }

        if (vms.Count == 0)
        {
            return [];
        }

        List<ReadinessResult> rows = [];
        await TryAsync(relay, async () => rows.AddRange(IsVgpu || IsPassthrough
            ? await OfPlannedAsync(vms, reader, relay, cancellationToken).ConfigureAwait(false)
            : await AsConfiguredAsync([.. vms.Select(one => one.Vm)], reader, relay, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        return rows;
    }

    private async Task<IReadOnlyList<ReadinessResult>> OfPlannedAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        ChangeIntent? intent = IsVgpu
            ? VmVgpuIntents.Add(
                vms.GroupBy(one => one.Vm.Vm.Id).Select(vm => new KeyValuePair<PlanTarget, IReadOnlyList<string>>(
                    PassthroughIntents.Target(vm.First().Vm.Vm),
                    [.. vm.SelectMany(one => one.Group.Profiles).SelectMany(profile => Enumerable.Repeat(profile, Count))])),
                DeviceGroup,
                new Dictionary<string, string>(),
                Options)
            : await new PassthroughWish(DeviceId, Label, Count, Dynamic, Options).IntentAsync(vms, reader, relay, cancellationToken).ConfigureAwait(false);
        return intent is { Targets.Count: > 0 } ? await OfChangeAsync(intent, [.. vms.Select(one => one.Vm.Connection).Distinct()], relay, cancellationToken).ConfigureAwait(false) : [];
    }

    private Task<IReadOnlyList<ReadinessResult>> OfChangeAsync(ChangeIntent intent, IReadOnlyList<GpuConnection> connections, PipelineRelay relay, CancellationToken cancellationToken) =>
        GpuReadiness.OfChangeAsync(
            intent,
            ChangeContext.Of(connections),
            _rules,
            (session, hosts) => AskShellsAsync(connections.First(connection => connection.Session == session), hosts, relay, cancellationToken),
            cancellationToken);

    private async Task<IReadOnlyList<ReadinessResult>> AsConfiguredAsync(
        IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<(NamedVm Meant, GpuVm Vm, GpuInventory Inventory)> read = await reader.ReadVmsAsync(vms, cancellationToken).ConfigureAwait(false);

        // Of many VMs most have no GPU, and are not meant.
        (NamedVm Meant, GpuVm Vm, GpuInventory Inventory)[] meant = [.. read.Where(one => one.Vm.PciDevices.Count > 0 || read.Count == 1)];
        if (meant.Length == 0 && read.Count > 0)
        {
            relay.Warning($"None of the {read.Count} VMs has a GPU. -Device and -VgpuProfile ask about one that is planned.");
        }
        else if (meant.Length == 1 && meant[0].Vm.PciDevices.Count == 0)
        {
            relay.Warning($"{meant[0].Vm.Name} has no GPU: it is judged as it is. -Device and -VgpuProfile ask about one that is planned.");
        }

        List<ReadinessResult> rows = [];
        foreach (var server in meant.GroupBy(one => (one.Meant.Connection, one.Inventory)))
        {
            HashSet<ManagedObjectReference> at = [.. server.Select(one => one.Vm.Host).OfType<ManagedObjectReference>()];
            rows.AddRange(await GpuReadiness.OfVmsAsync(
                server.Key.Connection.Session,
                server.Key.Inventory,
                [.. server.Select(one => one.Vm).GroupBy(vm => vm.Id).Select(same => same.First())],
                _rules,
                await AskShellsAsync(server.Key.Connection, [.. server.Key.Inventory.Hosts.Where(host => at.Contains(host.Id.Reference))], relay, cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false));
        }

        return rows;
    }

    private async Task<IReadOnlyCollection<NvidiaSmiGpu>> AskShellsAsync(
        GpuConnection connection, IReadOnlyList<GpuHost> hosts, PipelineRelay relay, CancellationToken cancellationToken)
    {
        NvidiaSmiGpu[] told = [.. NvidiaSmi ?? []];
        if (!FromShell)
        {
            return told;
        }

        // Without a driver there is no nvidia-smi, and what was told already is not asked again.
        GpuHost[] asked = [.. hosts.Where(host => host.IsConnected
            && host.Devices.Any(device => !device.IsActive && device.GraphicsType is "shared" or "sharedDirect")
            && told.All(gpu => gpu.HostId != host.Id))];
        using SemaphoreSlim gate = new(ShellsAtOnce);
        IReadOnlyList<NvidiaSmiGpu>[] said = await Task.WhenAll(asked.Select(async host =>
        {
            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await ShellAnswers.ReadAsync(connection, host, HostCredential, relay, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
            }
        })).ConfigureAwait(false);
        return [.. told, .. said.SelectMany(gpus => gpus)];
    }
}
