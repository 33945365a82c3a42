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

    protected override bool IsJournaled => true;

    protected override async Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        if (IsUndo)
        {
            GuestProposal back = new(subject.Target);
            CudaUndoPlan undo = CudaUndo.Plan(subject.Name, await CudaUndoRun.ReadAsync(subject, cancellationToken).ConfigureAwait(false), subject.Intent.Wanted);
            new CudaUndoRun(undo, CudaUndo.Toolkit(subject.Intent.Wanted)).AddTo(back);
            await CamePackages.RefuseNeededAsync(back, subject, undo.Packages, undo.What, cancellationToken).ConfigureAwait(false);
            return back;
        }

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

        string? link = subject.Shell.Family == GuestFamily.Windows || wish.Method == CudaMethod.Container ? null
            : await new GuestAsk(subject.Shell).LineAsync($"[ -L {CudaPlanner.LinkPath} ] && readlink {CudaPlanner.LinkPath}", cancellationToken).ConfigureAwait(false);
        proposal.Fields.AddRange(CudaUndo.FieldsOf(guest, wish, plan, link));
        return proposal;
    }
}
