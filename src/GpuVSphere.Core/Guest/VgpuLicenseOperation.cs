using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Configures where guests take their vGPU licences from, restarts the service that takes them, and waits until they have them.</summary>
internal sealed class VgpuLicenseOperation(ChangeIntent intent, OperationContext context) : GuestOperation(intent, context)
{
    protected override IReadOnlyCollection<string> OwnRules => LicensePlanner.Rules;

    private TimeSpan Timeout => TimeSpan.FromSeconds(
        Intent.Options.TryGetValue(VgpuLicenseIntents.TimeoutOption, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
            ? seconds
            : VgpuLicenseIntents.DefaultTimeoutSeconds);

    protected override bool Supports(GuestFamily family) => true;

    protected override bool IsJournaled => true;

    protected override async Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        if (IsUndo)
        {
            GuestProposal back = new(subject.Target);
            LicenseUndo.AddTo(back, subject, await LicenseReader.ReadAsync(subject, cancellationToken).ConfigureAwait(false));
            return back;
        }

        LicenseWish wish = LicenseWish.Read(subject.Intent);
        LicenseGuest guest = await LicenseReader.ReadAsync(subject, cancellationToken).ConfigureAwait(false);
        LicensePlan plan = LicensePlanner.Plan(subject.Target, guest, wish, VgpuCatalog.InUse);
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

        proposal.Fields.AddRange(LicenseUndo.FieldsOf(guest, plan, wish.TokenHash));
        LicenseChange change = new(wish, plan, Timeout);
        if (plan.Writes)
        {
            proposal.Step("configuring the licence", change.ConfigureAsync);
        }

        proposal.Step("restarting the licensing service", change.RestartAsync);
        proposal.Verify = change.WaitAsync;
        return proposal;
    }
}
