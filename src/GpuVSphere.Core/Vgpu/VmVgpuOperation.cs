using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>vGPUs are given to VMs, replaced or taken away.</summary>
internal sealed class VmVgpuOperation : VmOperation
{
    public const string IntentKind = "VmVgpu";
    public const string ActionOption = "Action";
    public const string AddAction = "add";
    public const string SetAction = "set";
    public const string RemoveAction = "remove";

    private const string RoomRule = "VGPU-ROOM";

    private readonly string _action;
    private readonly Dictionary<PlanTarget, VmVgpuWish> _wishes;

    public VmVgpuOperation(ChangeIntent intent, OperationContext context)
        : base(intent, context)
    {
        _action = intent.Options.TryGetValue(ActionOption, out string? action) && action is AddAction or SetAction or RemoveAction
            ? action!
            : throw new GpuVSphereException(
                "IntentInvalid", GpuErrorCategory.InvalidData, "The intent does not say what is to be done with vGPUs: add, set or remove.", null, "Make the intent anew.");
        _wishes = intent.Targets.ToDictionary(target => target.Target, VmVgpuWish.Read);
    }

    // Device groups are told by nothing else; profiles also by the host's graphics manager, which some accounts may not read.
    protected override bool NeedsOffers(IntentTarget target) => _action != RemoveAction;

    protected override VmProposal Propose(VmSituation situation, IntentTarget target) => (_action, (VmVgpuSituation)situation) switch
    {
        (AddAction, var vm) => VmVgpuAddPlanner.Plan(vm, _wishes[target.Target], Options),
        (SetAction, var vm) => VmVgpuSetPlanner.Plan(vm, _wishes[target.Target], Options),
        (_, var vm) => VmVgpuRemovePlanner.Plan(vm, _wishes[target.Target], Options),
    };

    protected override async Task<IReadOnlyDictionary<PlanTarget, VmSituation>> ReadMoreAsync(
        VimSession session, GpuInventory inventory, IReadOnlyDictionary<PlanTarget, VmSituation> situations, CancellationToken cancellationToken)
    {
        if (_action == RemoveAction)
        {
            return situations.ToDictionary(situation => situation.Key, situation => (VmSituation)new VmVgpuSituation(situation.Value));
        }

        return await VmVgpuReader.ReadAsync(session, inventory, situations, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>VMs that are started in one call share what there is: each finds the host as those before it leave it.</summary>
    protected override IEnumerable<Finding> JudgeTogether(IReadOnlyDictionary<PlanTarget, VmProposal> proposals)
    {
        bool isSkipped = Options.SkipRules.Contains(RoomRule, StringComparer.OrdinalIgnoreCase);
        var onHosts = proposals.Values
            .Where(proposal => proposal.Edit.PowersOn && proposal.Vgpu is { After.Count: > 0, HasRoom: true } && ((VmVgpuSituation)proposal.Situation).VgpuHost is not null)
            .GroupBy(proposal => proposal.Situation.Host!.Id);
        foreach (IGrouping<VimObjectId, VmProposal> onHost in onHosts.Where(group => group.Skip(1).Any()))
        {
            VmVgpuSituation first = (VmVgpuSituation)onHost.First().Situation;
            HashSet<VimObjectId> changed = [.. onHost.Select(proposal => proposal.Situation.Vm.Id)];
            HostCapacity? capacity = HostCapacity.Of(VgpuHosts.Without(first.VgpuHost!, changed));
            List<string> before = [];
            foreach (VmProposal proposal in onHost)
            {
                string[] profiles = [.. proposal.Vgpu!.After.Select(wish => wish.Profile)];
                VgpuStart? start = capacity?.CanStart(profiles);
                if (start?.Verdict != true)
                {
                    string beside = $"{proposal.Situation.Vm.Name} is to be started in the same call as {string.Join(", ", before)}.";
                    bool isCertain = start is { Verdict: false } && first.OtherHosts.Count == 0;
                    yield return new Finding(
                        RoomRule,
                        isCertain ? FindingSeverity.Block : FindingSeverity.Warning,
                        proposal.Situation.Target,
                        $"{beside} {start?.Why ?? "Whether there is room for all of them is not certain."}",
                        "Start fewer, or name another profile; Get-GpuCapacity shows what still fits where.",
                        isSkipped);
                    continue;
                }

                before.Add(proposal.Situation.Vm.Name);
                foreach (string profile in profiles)
                {
                    capacity = capacity?.After(profile);
                }
            }
        }
    }
}
