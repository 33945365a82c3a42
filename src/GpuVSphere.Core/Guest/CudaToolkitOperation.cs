using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Guest;

/// <summary>Brings CUDA into guests: by NVIDIA's run-file, by packages, or for containers.</summary>
internal sealed class CudaToolkitOperation(ChangeIntent intent, OperationContext context) : GuestOperation(intent, context)
{
    protected override IReadOnlyCollection<string> OwnRules => CudaPlanner.Rules;

    protected override async Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        CudaWish wish = CudaWish.Read(subject.Intent);
        CudaGuest guest = await CudaReader.ReadAsync(subject.Shell, subject.System, subject.Name, wish, cancellationToken).ConfigureAwait(false);
        CudaPlan plan = CudaPlanner.Plan(subject.Target, guest, wish, VgpuCatalog.InUse);
        GuestProposal proposal = new(subject.Target);
        proposal.Findings.AddRange(plan.Findings);
        foreach ((string property, string? before, string? after) in plan.Rows)
        {
            proposal.Row(property, before, after);
        }

        foreach (string consequence in plan.Consequences)
        {
            proposal.Tell(consequence);
        }

        new CudaChange(guest, wish, plan).AddTo(proposal);
        return proposal;
    }
}
