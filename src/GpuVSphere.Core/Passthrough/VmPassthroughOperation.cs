using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Passthrough;

/// <summary>GPUs are given to VMs, or taken away, by DirectPath I/O.</summary>
internal sealed class VmPassthroughOperation : VmOperation
{
    public const string IntentKind = "VmPassthrough";
    public const string ActionOption = "Action";
    public const string AddAction = "add";
    public const string RemoveAction = "remove";

    private readonly bool _isRemoval;
    private readonly Dictionary<PlanTarget, IReadOnlyList<VmGpuSelector>> _wanted;

    public VmPassthroughOperation(ChangeIntent intent, OperationContext context)
        : base(intent, context)
    {
        _isRemoval = intent.Options.TryGetValue(ActionOption, out string? action) && action == RemoveAction;
        _wanted = intent.Targets.ToDictionary(
            intended => intended.Target,
            intended => (IReadOnlyList<VmGpuSelector>)intended.Wanted.Select(wanted => VmGpuSelector.Parse(wanted.Key, wanted.Value)).ToList());
    }

    protected override bool NeedsOffers(IntentTarget target) => !_isRemoval && _wanted[target.Target].Any(selector => selector.Device is not null);

    protected override VmProposal Propose(VmSituation situation, IntentTarget target) => _isRemoval
        ? VmRemovePlanner.Plan(situation, _wanted[target.Target], Options)
        : VmAddPlanner.Plan(situation, _wanted[target.Target], Options);
}
