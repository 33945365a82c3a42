using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Brings CUDA into guests: by NVIDIA's run-file or its setup for Windows, by packages, or for containers.</summary>
internal sealed class CudaToolkitOperation(ChangeIntent intent, OperationContext context) : GuestOperation(intent, context)
{
    protected override IReadOnlyCollection<string> OwnRules => CudaPlanner.Rules;

    protected override bool Supports(GuestFamily family) => true;

    protected override async Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        CudaWish wish = CudaWish.Read(subject.Intent);
        CudaPlanner.RequireFitting(subject.Name, subject.Shell.Family, wish);
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
            // What containers cost is that docker, and with it whatever runs in it, is restarted.
            proposal.Tell(consequence, endsPrograms: wish.Method == CudaMethod.Container);
        }

        if (wish.Method == CudaMethod.Setup)
        {
            new CudaSetup(guest, wish, plan).AddTo(proposal);
        }
        else
        {
            new CudaChange(guest, wish, plan).AddTo(proposal);
        }

        return proposal;
    }
}
