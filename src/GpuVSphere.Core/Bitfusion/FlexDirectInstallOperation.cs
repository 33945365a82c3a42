using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;

namespace GpuVSphere.Bitfusion;

/// <summary>FlexDirect is installed in guests.</summary>
internal sealed class FlexDirectInstallOperation : FlexDirectOperation
{
    public const string IntentKind = "FlexDirectInstall";

    private readonly InstallWish _wish;

    public FlexDirectInstallOperation(ChangeIntent intent, OperationContext context)
        : base(intent, context)
    {
        _wish = new InstallWish
        {
            Source = intent.Options.Get(nameof(InstallWish.Source)) ?? InstallWish.UsualSource,
            Path = intent.Options.Get(nameof(InstallWish.Path)),
            Sha256 = intent.Options.Get(nameof(InstallWish.Sha256)),
            Reinstall = intent.Options.Get(nameof(InstallWish.Reinstall)) is not null,
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
        FlexDirectProgram? program = await guest.FindAsync(cancellationToken).ConfigureAwait(false);
        if (IsUndo)
        {
            return await UndoneAsync(proposal, subject, guest, program, cancellationToken).ConfigureAwait(false);
        }

        if (program is not null && !_wish.Reinstall)
        {
            return proposal;
        }

        if (_wish.Kind != InstallerKind.Script && subject.System.Packages != GuestPackageManager.None && (_wish.Kind == InstallerKind.Deb) != (subject.System.Packages == GuestPackageManager.Apt))
        {
            string kind = _wish.Kind == InstallerKind.Deb ? ".deb" : ".rpm";
            throw new GpuVSphereException(
                "FlexDirectWrongPackage",
                GpuErrorCategory.NotSupported,
                $"{_wish.From} is a {kind} package, and {subject.Name} runs {subject.System.DisplayName}, which installs {(kind == ".deb" ? ".rpm" : ".deb")} packages.",
                subject.Name,
                $"Give the {(kind == ".deb" ? ".rpm package for CentOS and Red Hat" : ".deb package for Debian and Ubuntu")}, or the installer script, which is for both.");
        }

        string? fetcher = null;
        if (_wish.Path is null)
        {
            ShellResult found = await subject.Shell.RunAsync(new GuestCommand(FlexDirectInstaller.FetcherQuestion), cancellationToken).ConfigureAwait(false);
            fetcher = found.Output.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0);
        }

        Judge(proposal, ReadinessAction.InstallFlexDirect, Question(subject, program) with { Download = _wish.Path is null ? _wish.Source : null, HasChecksum = _wish.Sha256 is not null, Fetcher = fetcher });
        proposal.Row("FlexDirect", program?.Path, "installed from " + _wish.From);
        proposal.Tell($"{_wish.From} is run as root in {subject.Name}.");
        proposal.Fields.AddRange(FlexDirectInstallUndo.FieldsOf(program, _wish.Kind));
        proposal.Step(
            "installing FlexDirect",
            (run, stop) => _wish.Kind == InstallerKind.Script ? InstallAsync(run, stop) : CamePackages.RecordAsync(run, null, () => InstallAsync(run, stop), stop));
        proposal.Verify = async (run, stop) =>
        {
            FlexDirectProgram? installed = await new FlexDirectGuest(run.Shell, run.Target.Name).FindAsync(stop).ConfigureAwait(false);
            return installed is not null ? GuestOutcome.Done($"{installed.Path} is there.") : GuestOutcome.Failed(new GpuVSphereException(
                "FlexDirectInstallFailed",
                GpuErrorCategory.OperationFailed,
                $"The installer ended well on {run.Target.Name}, and its shell finds neither flexdirect nor bitfusion.",
                run.Target.Name,
                "Run it again with -Verbose to see every line of the installer."));
        };
        return proposal;
    }

    private static async Task<GuestProposal> UndoneAsync(
        GuestProposal proposal, GuestSubject subject, FlexDirectGuest guest, FlexDirectProgram? program, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> there = await CamePackages.ThereAsync(subject, cancellationToken).ConfigureAwait(false);
        int schedulers = (await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false)).Count;
        IReadOnlyList<string> packages = FlexDirectInstallUndo.Plan(subject.Name, subject.Intent.Wanted, program, there, schedulers, out string? kept);
        if (kept is not null)
        {
            proposal.Tell(kept);
        }

        if (packages.Count == 0)
        {
            return proposal;
        }

        proposal.Row("packages", string.Join(" ", packages), null);
        proposal.Tell("licence and list of servers stay");
        await CamePackages.RefuseNeededAsync(proposal, subject, packages, "FlexDirect", cancellationToken).ConfigureAwait(false);
        proposal.Step("removing FlexDirect", (run, stop) => CamePackages.RemoveAsync(run, packages, "FlexDirect", stop));
        proposal.Verify = async (run, stop) =>
        {
            IReadOnlyList<string> left = await CamePackages.ThereAsync(run.Subject, stop).ConfigureAwait(false);
            return left.Count == 0 ? GuestOutcome.Done() : GuestOutcome.Failed(new GpuVSphereException(
                "NotAsWanted", GpuErrorCategory.OperationFailed, $"{string.Join(", ", left)} of {run.Target.Name} was removed and is still there.", run.Target.Name, "Look into the guest, then undo the change again."));
        };
        return proposal;
    }

    private Task InstallAsync(GuestRun run, CancellationToken cancellationToken) => run.UseFolderAsync(
        folder => FlexDirectInstaller.InstallAsync(new FlexDirectGuest(run.Shell, run.Target.Name), run.Target.Name, _wish, folder, run.Verbose, cancellationToken), cancellationToken);
}
