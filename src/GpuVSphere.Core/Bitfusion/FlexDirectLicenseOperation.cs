using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Bitfusion;

/// <summary>FlexDirect is licensed in guests.</summary>
internal sealed class FlexDirectLicenseOperation : FlexDirectOperation
{
    public const string IntentKind = "FlexDirectLicense";
    public const string AcceptsOption = "AcceptsTerms";
    public const string AgainOption = "Again";

    private const string Ready = "ready for use";

    public FlexDirectLicenseOperation(ChangeIntent intent, OperationContext context)
        : base(intent, context)
    {
    }

    private SecureString? Key => Context.Secrets.TryGetValue(FlexDirectLicenseKey.SecretName, out SecureString? key) ? key : null;

    protected override async Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(subject.Shell, subject.Name);
        GuestProposal proposal = new(subject.Target);
        FlexDirectProgram? program = await guest.FindAsync(cancellationToken).ConfigureAwait(false);
        bool? isReady = program is null ? null : await guest.ReadLicenseAsync(program, cancellationToken).ConfigureAwait(false);
        bool isAgain = Intent.Options.Get(AgainOption) is not null;
        Judge(proposal, ReadinessAction.InitializeFlexDirect, Question(subject, program));
        if (program is null || (isReady == true && !isAgain))
        {
            return proposal;
        }

        proposal.Row("licence of FlexDirect", isReady switch { true => Ready, false => "not ready", null => "not known" }, isReady == true ? Ready + ", initialized again" : Ready);
        string said = string.Empty;
        proposal.Step("licensing FlexDirect", async (run, stop) =>
        {
            said = await FlexDirectLicensing.InitializeAsync(
                new FlexDirectGuest(run.Shell, run.Target.Name), run.Target.Name, program, Key, Intent.Options.Get(AcceptsOption) is not null, stop).ConfigureAwait(false);
            foreach (string line in said.Split('\n'))
            {
                if (line.Trim().Length > 0)
                {
                    run.Verbose(line.Trim());
                }
            }
        });
        proposal.Verify = async (run, stop) => await new FlexDirectGuest(run.Shell, run.Target.Name).ReadLicenseAsync(program, stop).ConfigureAwait(false) switch
        {
            false => GuestOutcome.Failed(new GpuVSphereException(
                "FlexDirectLicenseRefused", GpuErrorCategory.OperationFailed, $"FlexDirect in {run.Target.Name} said that its licence is ready, and now says that it is not.", run.Target.Name, $"Test-FlexDirectHealth -VM {Typed.Name(run.Target.Name)}")),

            // Its own word at the end of init is then all there is.
            _ => GuestOutcome.Done("It says: " + FlexDirectText.Complaint(said)),
        };
        return proposal;
    }
}
