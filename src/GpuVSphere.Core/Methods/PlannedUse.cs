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
/// Holds GPUs that VMs are to get against what the change itself does not ask: whether their host is good for that use of them, and whether the VM, as it will
/// be configured, is. What the change has read is not read again.
/// </summary>
internal static class PlannedUse
{
    // What an account may run is asked of whoever is to run it.
    private const string PrivilegeCmdlet = "PRIVILEGE-CMDLET";

    /// <summary>Judges what is proposed for VMs.</summary>
    /// <param name="proposals">The proposals, of any servers.</param>
    /// <param name="context">The sessions.</param>
    /// <param name="ruleIds">The rules to run; null for all.</param>
    /// <param name="askShells">Asks nvidia-smi on hosts; null where nobody is asked.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<IReadOnlyList<ReadinessResult>> JudgeAsync(
        IReadOnlyList<VmProposal> proposals,
        OperationContext context,
        IReadOnlyCollection<string>? ruleIds,
        Func<VimSession, IReadOnlyList<GpuHost>, Task<IReadOnlyCollection<NvidiaSmiGpu>>>? askShells,
        CancellationToken cancellationToken)
    {
        List<ReadinessResult> rows = [];
        foreach (IGrouping<string, VmProposal> server in proposals
            .Where(proposal => !proposal.Edit.IsEmpty && proposal.Situation.Host is { IsConnected: true, Devices.Count: > 0 })
            .GroupBy(proposal => proposal.Situation.Target.Id.ServerUuid, StringComparer.OrdinalIgnoreCase))
        {
            VimSession session = context.SessionOf(server.First().Situation.Target.Id);
            VmProposal[] whole = [.. server.Where(proposal => proposal.Action == ReadinessAction.AddToVm)];
            HostUse[] giving =
            [
                .. ByHost(whole).Select(host => new HostUse(host.First().Situation.Host!, ReadinessAction.UsePassthrough, [.. host.SelectMany(Devices).Distinct()])).Where(use => use.Devices!.Count > 0),
            ];
            IReadOnlyCollection<string> rules = Beside(ReadinessAction.AddToVm, ReadinessAction.UsePassthrough, ruleIds);
            if (giving.Length > 0 && rules.Count > 0)
            {
                rows.AddRange(await GpuReadiness.OfHostsAsync(session, Inventory(session, whole), giving, [], rules, [], cancellationToken).ConfigureAwait(false));
            }

            rows.AddRange(OfVms(whole, ruleIds));
            rows.AddRange(await OfServingAsync(session, [.. server.Where(proposal => proposal.Action == ReadinessAction.AddVgpu)], ruleIds, askShells, cancellationToken).ConfigureAwait(false));
        }

        return rows;
    }

    // What keeps vGPUs of a host from starting, such as ECC.
    private static async Task<IReadOnlyList<ReadinessResult>> OfServingAsync(
        VimSession session,
        IReadOnlyList<VmProposal> proposals,
        IReadOnlyCollection<string>? ruleIds,
        Func<VimSession, IReadOnlyList<GpuHost>, Task<IReadOnlyCollection<NvidiaSmiGpu>>>? askShells,
        CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> rules = Beside(ReadinessAction.AddVgpu, ReadinessAction.UseVgpu, ruleIds);
        GpuHost[] hosts = [.. ByHost(proposals).Select(host => host.First().Situation.Host!)];
        if (hosts.Length == 0 || rules.Count == 0)
        {
            return [];
        }

        VgpuHost[] offers = [.. ByHost(proposals).Select(host => ((VmVgpuSituation)host.First().Situation).VgpuHost).OfType<VgpuHost>()];
        IReadOnlyCollection<NvidiaSmiGpu> told = askShells is null ? [] : await askShells(session, hosts).ConfigureAwait(false);
        return await GpuReadiness.OfHostsAsync(
            session, Inventory(session, proposals), [.. hosts.Select(host => new HostUse(host, ReadinessAction.UseVgpu))], offers, rules, told, cancellationToken).ConfigureAwait(false);
    }

    // Of a VM that gets whole GPUs: the rules of its power-on that go by its own configuration, such as the MMIO keys.
    private static IEnumerable<ReadinessResult> OfVms(IReadOnlyList<VmProposal> proposals, IReadOnlyCollection<string>? ruleIds)
    {
        string[] rules = [.. ReadinessRules.All.Where(rule => rule.Needs == EvidenceKinds.None).Select(rule => rule.Id).Intersect(Beside(ReadinessAction.AddToVm | ReadinessAction.AddVgpu | ReadinessAction.UsePassthrough | ReadinessAction.UseVgpu, ReadinessAction.PowerOn, ruleIds))];
        return ReadinessReport
            .Of(proposals.Select(proposal => ConfiguredVm.Subject(new VmVgpuSituation(proposal.Situation with { Vm = proposal.Edit.After() }))), rules)
            .Select(row => row with { Seen = "Once changed: " + row.Seen });
    }

    private static IReadOnlyCollection<string> Beside(ReadinessAction change, ReadinessAction use, IReadOnlyCollection<string>? ruleIds) =>
    [
        .. ReadinessRules.All
            .Where(rule => (rule.AppliesTo & use) != 0 && (rule.AppliesTo & change) == 0 && rule.Id != PrivilegeCmdlet)
            .Select(rule => rule.Id)
            .Where(id => ruleIds is null || ruleIds.Contains(id, StringComparer.OrdinalIgnoreCase)),
    ];

    private static IEnumerable<IGrouping<VimObjectId, VmProposal>> ByHost(IEnumerable<VmProposal> proposals) => proposals.GroupBy(proposal => proposal.Situation.Host!.Id);

    // Those that are named, and of those that are asked for by ids every one that may be handed over.
    private static IEnumerable<GpuDevice> Devices(VmProposal proposal) => proposal.Devices
        .Where(device => device.HostId == proposal.Situation.Host!.Id)
        .Concat(proposal.Situation.HostDevices.Where(device => proposal.DynamicRequests.Any(request => request.Accepts(device))));

    private static GpuInventory Inventory(VimSession session, IReadOnlyList<VmProposal> proposals) => new()
    {
        ServerUuid = session.ServerUuid,
        ServerName = proposals[0].Situation.Target.ServerName,
        ReadAt = session.Clock.UtcNow,
        Hosts =
        [
            .. proposals
                .SelectMany(proposal => new[] { proposal.Situation.Host! }.Concat(((proposal.Situation as VmVgpuSituation)?.OtherHosts ?? []).Select(other => other.Host)))
                .GroupBy(host => host.Id)
                .Select(same => same.First()),
        ],
        Vms = [.. proposals.SelectMany(proposal => proposal.Situation.OtherVms).GroupBy(vm => vm.Id).Select(same => same.First())],
    };
}
