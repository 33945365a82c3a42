using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Passthrough;

/// <summary>The two MMIO keys of VMs are set or mended, and nothing else.</summary>
internal sealed class VmMmioOperation : VmOperation
{
    public const string IntentKind = "VmMmio";

    public VmMmioOperation(ChangeIntent intent, OperationContext context)
        : base(intent, context)
    {
    }

    protected override bool NeedsOffers(IntentTarget target) => false;

    protected override VmProposal Propose(VmSituation situation, IntentTarget target) => VmMmioPlanner.Plan(situation, Options);
}
