using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Bitfusion;

/// <summary>The servers of FlexDirect clients are set.</summary>
internal sealed class FlexDirectServersOperation : FlexDirectOperation
{
    public const string IntentKind = "FlexDirectServers";

    private readonly ServersWish _wish;

    public FlexDirectServersOperation(ChangeIntent intent, OperationContext context)
        : base(intent, context)
    {
        _wish = new ServersWish
        {
            Addresses = intent.Options.Get(nameof(ServersWish.Addresses)) is null ? null : intent.Options.GetList(nameof(ServersWish.Addresses)),
            Add = intent.Options.GetList(nameof(ServersWish.Add)),
            Remove = intent.Options.GetList(nameof(ServersWish.Remove)),
            Form = Enum.TryParse(intent.Options.Get(nameof(ServersWish.Form)), out ServersConfForm form) ? form : null,
            Path = intent.Options.Get(nameof(ServersWish.Path)),
        };
        if (!IsUndo)
        {
            _wish.Check();
        }
    }

    protected override bool IsJournaled => true;

    protected override async Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(subject.Shell, subject.Name);
        GuestProposal proposal = new(subject.Target);
        if (IsUndo)
        {
            await ServersUndo.AddToAsync(proposal, subject, cancellationToken).ConfigureAwait(false);
            return proposal;
        }

        FlexDirectProgram? program = await guest.FindAsync(cancellationToken).ConfigureAwait(false);
        (string path, string? text) = await guest.ReadServersAsync(program, _wish.Path, cancellationToken).ConfigureAwait(false);
        ServersEdit edit = ServersEdit.Plan(text, program, _wish);
        if (edit.Problem is { } problem)
        {
            throw new GpuVSphereException(
                "FlexDirectServersConf", GpuErrorCategory.InvalidData, $"{path} of {subject.Name} cannot be changed safely: {problem}.", subject.Name, "Write it by hand, or move it away in the guest and run the command again.");
        }

        if (edit.Text == text)
        {
            return proposal;
        }

        Judge(proposal, ReadinessAction.SetFlexDirectServers, Question(subject, program) with { PortsInLines = edit.PortsInLines, WrongAddresses = edit.WrongKept });
        proposal.Row(path, edit.Before, edit.After);
        proposal.Fields.Add(new JournalField(path, text, edit.Text));
        proposal.Step("writing " + path, (run, stop) => new FlexDirectGuest(run.Shell, run.Target.Name).WriteServersAsync(path, edit.Text, text is null, stop));
        proposal.Verify = async (run, stop) =>
        {
            (_, string? now) = await new FlexDirectGuest(run.Shell, run.Target.Name).ReadServersAsync(program, path, stop).ConfigureAwait(false);
            return now == edit.Text ? GuestOutcome.Done() : GuestOutcome.Failed(new GpuVSphereException(
                "NotAsWanted", GpuErrorCategory.OperationFailed, $"{path} of {run.Target.Name} was written and reads otherwise now.", run.Target.Name, "Look whether something else writes it, then run the command again."));
        };
        return proposal;
    }
}
