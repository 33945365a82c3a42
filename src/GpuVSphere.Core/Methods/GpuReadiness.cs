using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Methods;

/// <summary>
/// Says how ready hosts, VMs and planned changes are. Of many objects the inventory and the hosts' vGPU offers are read by few calls; a host itself is
/// asked only where a rule that is run needs it.
/// </summary>
public static class GpuReadiness
{
    // What a host is asked for itself (esxcli) takes a second or more; asking thousands at once would be felt by vCenter.
    private const int HostsAtOnce = 16;

    /// <summary>Judges hosts of one server, with what nvidia-smi said on them.</summary>
    /// <param name="session">The server.</param>
    /// <param name="inventory">What was read of it: the hosts with the VMs on them.</param>
    /// <param name="hosts">The hosts, each with what it is asked about.</param>
    /// <param name="ruleIds">The rules to run; null for all.</param>
    /// <param name="nvidiaSmi">What nvidia-smi said on hosts, where it was asked; empty where it was not.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows, host after host.</returns>
    /// <exception cref="GpuVSphereException">The server cannot be reached, or the session has ended.</exception>
    public static async Task<IReadOnlyList<ReadinessResult>> OfHostsAsync(
        VimSession session,
        GpuInventory inventory,
        IReadOnlyList<HostUse> hosts,
        IReadOnlyCollection<string>? ruleIds,
        IReadOnlyCollection<NvidiaSmiGpu> nvidiaSmi,
        CancellationToken cancellationToken)
    {
        GpuHost[] serving =
        [
            .. hosts
                .Where(use => use.Host.IsConnected && Subjects(use, []).Any(subject => subject.Action == ReadinessAction.UseVgpu && subject.Devices.Count > 0))
                .Select(use => use.Host),
        ];
        IReadOnlyList<VgpuHost> offers = serving.Length == 0 ? [] : await VgpuReader.ReadAsync(session, inventory, serving, cancellationToken).ConfigureAwait(false);
        return await OfHostsAsync(session, inventory, hosts, offers, ruleIds, nvidiaSmi, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, where what the hosts offer for vGPU was read already.</summary>
    internal static async Task<IReadOnlyList<ReadinessResult>> OfHostsAsync(
        VimSession session,
        GpuInventory inventory,
        IReadOnlyList<HostUse> hosts,
        IReadOnlyList<VgpuHost> offers,
        IReadOnlyCollection<string>? ruleIds,
        IReadOnlyCollection<NvidiaSmiGpu> nvidiaSmi,
        CancellationToken cancellationToken)
    {
        ILookup<ManagedObjectReference?, GpuVm> vms = inventory.Vms.ToLookup(vm => vm.Host);
        Dictionary<VimObjectId, IReadOnlyList<string>?> offered = offers.ToDictionary(host => host.Host.Id, host => host.OfferedProfiles);
        ReadinessSubject[] subjects =
        [
            .. hosts.SelectMany(use => Subjects(use, [.. vms[use.Host.Id.Reference]]))
                .Select(subject => subject.Action == ReadinessAction.UseVgpu && offered.TryGetValue(subject.Host!.Id, out IReadOnlyList<string>? profiles)
                    ? subject with { OfferedProfiles = profiles }
                    : subject),
        ];
        return ReadinessReport.Of(Tell(await GatherAsync(session, subjects, ruleIds, cancellationToken).ConfigureAwait(false), inventory, nvidiaSmi), ruleIds);
    }

    /// <summary>Judges VMs of one server as they are configured, with what nvidia-smi said on their hosts.</summary>
    /// <param name="session">The server.</param>
    /// <param name="inventory">What was read of it: the VMs with their hosts, and the other VMs there.</param>
    /// <param name="vms">The VMs.</param>
    /// <param name="ruleIds">The rules to run; null for all.</param>
    /// <param name="nvidiaSmi">What nvidia-smi said on hosts, where it was asked; empty where it was not.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows, VM after VM.</returns>
    /// <exception cref="GpuVSphereException">The server cannot be reached, or the session has ended.</exception>
    public static async Task<IReadOnlyList<ReadinessResult>> OfVmsAsync(
        VimSession session,
        GpuInventory inventory,
        IReadOnlyList<GpuVm> vms,
        IReadOnlyCollection<string>? ruleIds,
        IReadOnlyCollection<NvidiaSmiGpu> nvidiaSmi,
        CancellationToken cancellationToken)
    {
        Dictionary<ManagedObjectReference, GpuHost> hosts = inventory.Hosts.ToDictionary(host => host.Id.Reference);
        Dictionary<ManagedObjectReference, GpuVm[]> onHost = inventory.Vms.Where(vm => vm.Host is not null).GroupBy(vm => vm.Host!.Value).ToDictionary(host => host.Key, host => host.ToArray());
        Dictionary<PlanTarget, VmSituation> situations = vms.ToDictionary(
            vm => new PlanTarget(vm.Id, vm.Name, vm.ServerName),
            vm => new VmSituation
            {
                Target = new PlanTarget(vm.Id, vm.Name, vm.ServerName),
                Vm = vm,
                Host = vm.Host is { } at && hosts.TryGetValue(at, out GpuHost? host) ? host : null,
                OtherVms = vm.Host is { } same && onHost.TryGetValue(same, out GpuVm[]? others) ? others : [],
            });

        // Only of VMs with vGPUs the hosts' offers count, and the other hosts of their clusters.
        Dictionary<PlanTarget, VmSituation> withVgpus = situations.Where(one => one.Value.Vm.PciDevices.Any(VmGpuDevices.IsVgpu)).ToDictionary(one => one.Key, one => one.Value);
        IReadOnlyDictionary<PlanTarget, VmSituation> richer = withVgpus;
        if (withVgpus.Count > 0)
        {
            HashSet<VimObjectId> theirs = [.. withVgpus.Values.Select(situation => situation.Host?.Id).OfType<VimObjectId>()];
            richer = await VmVgpuReader.ReadAsync(
                session, inventory with { Hosts = [.. inventory.Hosts.Where(host => theirs.Contains(host.Id))] }, withVgpus, cancellationToken).ConfigureAwait(false);
        }

        ReadinessSubject[] subjects = [.. situations.Select(one => ConfiguredVm.Subject(richer.TryGetValue(one.Key, out VmSituation? rich) ? (VmVgpuSituation)rich : new VmVgpuSituation(one.Value)))];
        return ReadinessReport.Of(Tell(await GatherAsync(session, subjects, ruleIds, cancellationToken).ConfigureAwait(false), inventory, nvidiaSmi), ruleIds);
    }

    /// <summary>
    /// Judges a planned change: it is read and planned as the changing command does, and what holds is told as well. GPUs that VMs are to get are held also
    /// against what their host is good for, and against what a VM needs to be powered on with them.
    /// </summary>
    /// <param name="intent">What is planned.</param>
    /// <param name="context">The sessions to read with.</param>
    /// <param name="ruleIds">The rows to give, by the ids of rules; null for all, with what the planner says.</param>
    /// <param name="askShells">Asks nvidia-smi on hosts that are to serve vGPUs; null where nobody is asked.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">NotReportable: a change inside guests, without a way into them. UnknownChangeKind, and what the reading meets when no server could be read.</exception>
    public static async Task<IReadOnlyList<ReadinessResult>> OfChangeAsync(
        ChangeIntent intent,
        OperationContext context,
        IReadOnlyCollection<string>? ruleIds,
        Func<VimSession, IReadOnlyList<GpuHost>, Task<IReadOnlyCollection<NvidiaSmiGpu>>>? askShells,
        CancellationToken cancellationToken)
    {
        IGpuOperation operation = GpuOperations.Create(intent, context);
        if (operation is GuestOperation && context.Guests is null)
        {
            throw new GpuVSphereException(
                "NotReportable", GpuErrorCategory.NotSupported, $"'{intent.Title}' is planned inside guests, which need a login.", intent.Title, "Its command shows with -WhatIf what it would do, and what speaks against it.");
        }

        ChangeReadiness report = operation is IReadinessOperation reporting
            ? await reporting.ReportAsync(cancellationToken).ConfigureAwait(false)
            : new ChangeReadiness(Of(await operation.PlanAsync(cancellationToken).ConfigureAwait(false)), []);
        return
        [
            .. report.Rows.Where(row => ruleIds is null || ruleIds.Contains(row.RuleId, StringComparer.OrdinalIgnoreCase)),
            .. await PlannedUse.JudgeAsync(report.Proposals, context, ruleIds, askShells, cancellationToken).ConfigureAwait(false),
        ];
    }

    // An operation that does not tell what holds still tells what does not.
    private static IReadOnlyList<ReadinessResult> Of(ChangePlan plan) =>
    [
        .. plan.Targets.SelectMany(target => ReadinessReport.OfPlan(
            [],
            plan.Findings.Where(finding => finding.Target == target),
            [.. plan.Findings.Where(finding => finding.IsSkipped).Select(finding => finding.RuleId)],
            ReadinessAction.None)),
        .. plan.Targets
            .Where(target => !plan.IsBlocked(target) && !plan.Changes.Any(change => change.Target == target || IsForAll(change.Target, target)))
            .Select(target => ReadinessReport.NothingToChange(target, ReadinessAction.None)),
    ];

    // A setting of the vCenter is a change for each cluster that it was asked for.
    private static bool IsForAll(PlanTarget changed, PlanTarget target) =>
        changed.Id.ServerUuid == target.Id.ServerUuid && changed.Id.Reference.Type == "OptionManager" && target.Id.Reference.Type == "ClusterComputeResource";

    /// <summary>What a host's GPUs are configured for: passthrough where it is enabled or in force, vGPU where a driver of NVIDIA's serves them, both where neither is so.</summary>
    /// <param name="device">The GPU.</param>
    public static ReadinessAction ConfiguredFor(GpuDevice device) =>
        device.IsEnabled || device.IsActive || device.GraphicsType == "direct" ? ReadinessAction.UsePassthrough
        : device.GraphicsType is "shared" or "sharedDirect" ? ReadinessAction.UseVgpu
        : ReadinessAction.UsePassthrough | ReadinessAction.UseVgpu;

    internal static IEnumerable<ReadinessSubject> Subjects(HostUse use, IReadOnlyList<GpuVm> vms)
    {
        IReadOnlyList<GpuDevice> meant = use.Devices ?? use.Host.Devices;
        foreach (ReadinessAction method in new[] { ReadinessAction.UsePassthrough, ReadinessAction.UseVgpu })
        {
            GpuDevice[] devices = [.. use.Methods != ReadinessAction.None ? meant : meant.Where(device => (ConfiguredFor(device) & method) != 0)];
            bool isMeant = use.Methods != ReadinessAction.None ? (use.Methods & method) != 0 : devices.Length > 0 || meant.Count == 0;
            if (isMeant)
            {
                yield return new ReadinessSubject
                {
                    Action = method,
                    Target = new PlanTarget(use.Host.Id, use.Host.Name, use.Host.ServerName),
                    Host = use.Host,
                    Devices = devices,
                    OtherVms = vms,
                };
            }
        }
    }

    private static async Task<IReadOnlyList<ReadinessSubject>> GatherAsync(
        VimSession session, IReadOnlyList<ReadinessSubject> subjects, IReadOnlyCollection<string>? ruleIds, CancellationToken cancellationToken)
    {
        subjects = await WithMigrationAsync(session, subjects, ruleIds, cancellationToken).ConfigureAwait(false);
        using SemaphoreSlim gate = new(HostsAtOnce);
        (GpuHost Host, EvidenceKinds Kinds, GpuVm? Asking)[] wanted =
        [
            .. subjects
                .Where(subject => subject.Host is { IsConnected: true } && subject.Devices.Count + (subject.Vm?.PciDevices.Count ?? 0) > 0)
                .GroupBy(subject => subject.Host!.Id)
                .Select(host => (
                    Host: host.First().Host!,
                    Kinds: ReadinessRules.EvidenceOf(host.Aggregate(ReadinessAction.None, (all, subject) => all | subject.Action), ruleIds) & CanMatter([.. host]),
                    Asking: host.Select(subject => subject.Vm).FirstOrDefault(vm => vm is { EnvironmentBrowser.IsEmpty: false })))
                .Where(host => host.Kinds != EvidenceKinds.None),
        ];

        // What a cluster tells is read once for all of its hosts, and of all clusters together.
        GpuHost[] imaged = [.. wanted.Where(host => (host.Kinds & EvidenceKinds.ClusterImage) != 0).Select(host => host.Host)];
        IReadOnlyDictionary<VimObjectId, Evidence<bool>> images = await SoftwareReader.ReadImagesAsync(session, imaged, cancellationToken).ConfigureAwait(false);
        var asked = wanted
            .Select(async host =>
            {
                await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    return (host.Host.Id, Fill: await HostEvidence.ReadAsync(session, host.Host, host.Kinds, host.Asking, cancellationToken).ConfigureAwait(false));
                }
                finally
                {
                    gate.Release();
                }
            });
        Dictionary<VimObjectId, Func<ReadinessSubject, ReadinessSubject>> evidence =
            (await Task.WhenAll(asked).ConfigureAwait(false)).ToDictionary(one => one.Id, one => one.Fill);
        return
        [
            .. subjects
                .Select(subject => subject.Host is { } host && evidence.TryGetValue(host.Id, out Func<ReadinessSubject, ReadinessSubject>? fill) ? fill(subject) : subject)
                .Select(subject => subject.Host is { } host && images.TryGetValue(host.Id, out Evidence<bool>? image) ? subject with { IsImageManaged = image } : subject),
        ];
    }

    // What costs a call to a host is asked only where something of it can be meant.
    private static EvidenceKinds CanMatter(IReadOnlyList<ReadinessSubject> subjects)
    {
        EvidenceKinds kinds = ~(EvidenceKinds.HostSoftware | EvidenceKinds.ClusterImage | EvidenceKinds.Offers);
        if (subjects.Any(subject => subject.Action == ReadinessAction.UseVgpu || subject.Vm?.PciDevices.Any(VmGpuDevices.IsVgpu) == true))
        {
            kinds |= EvidenceKinds.HostSoftware | EvidenceKinds.ClusterImage;
        }

        return subjects.Any(subject => subject.Vm?.PciDevices.Any(device => device.Kind == VmGpuKind.StaticPassthrough) == true) ? kinds | EvidenceKinds.Offers : kinds;
    }

    private static IReadOnlyList<ReadinessSubject> Tell(IReadOnlyList<ReadinessSubject> subjects, GpuInventory inventory, IReadOnlyCollection<NvidiaSmiGpu> told)
    {
        if (told.Count == 0)
        {
            return subjects;
        }

        ILookup<VimObjectId, NvidiaSmiGpu> ofHost = told.ToLookup(gpu => gpu.HostId);
        ILookup<ManagedObjectReference?, GpuHost> clusters = inventory.Hosts.ToLookup(host => host.Cluster);
        return
        [
            .. subjects.Select(subject => subject.Host is not { } host || !ofHost.Contains(host.Id) ? subject : subject with
            {
                NvidiaSmi = Evidence<IReadOnlyList<NvidiaSmiGpu>>.Of([.. ofHost[host.Id]]),
                ClusterGpus = host.Cluster is null ? [] : [.. clusters[host.Cluster].Where(other => other.Id != host.Id).SelectMany(other => ofHost[other.Id])],
            }),
        ];
    }

    // Settings of the vCenter and of clusters, which have to do with vGPUs alone: read once for all hosts. A host that is connected to directly has neither.
    private static async Task<IReadOnlyList<ReadinessSubject>> WithMigrationAsync(
        VimSession session, IReadOnlyList<ReadinessSubject> subjects, IReadOnlyCollection<string>? ruleIds, CancellationToken cancellationToken)
    {
        GpuHost[] hosts =
        [
            .. subjects
                .Where(subject => subject.Action != ReadinessAction.UsePassthrough && (ReadinessRules.EvidenceOf(subject.Action, ruleIds) & EvidenceKinds.Migration) != 0)
                .Select(subject => subject.Host)
                .OfType<GpuHost>()
                .GroupBy(host => host.Id)
                .Select(same => same.First()),
        ];
        if (hosts.Length == 0 || !session.IsVCenter)
        {
            return subjects;
        }

        IReadOnlyDictionary<VimObjectId, MigrationEvidence> migration = await MigrationReader.ReadAsync(session, hosts, cancellationToken).ConfigureAwait(false);
        return [.. subjects.Select(subject => subject.Host is { } host && migration.TryGetValue(host.Id, out MigrationEvidence? evidence) ? subject with { Migration = evidence } : subject)];
    }
}
