using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Bitfusion;

/// <summary>Resource schedulers of FlexDirect are started or stopped in guests.</summary>
internal sealed class FlexDirectSchedulerOperation : FlexDirectOperation
{
    public const string IntentKind = "FlexDirectScheduler";
    public const string StopOption = "Stop";
    public const string TimeoutOption = "StartTimeout";

    private const string ServiceThere = "there, starts with the guest";

    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(30);

    private readonly SchedulerWish _wish;
    private readonly bool _stops;
    private readonly TimeSpan _startTimeout;

    public FlexDirectSchedulerOperation(ChangeIntent intent, OperationContext context)
        : base(intent, context)
    {
        _stops = intent.Options.Get(StopOption) is not null;
        _startTimeout = TimeSpan.TryParse(intent.Options.Get(TimeoutOption), CultureInfo.InvariantCulture, out TimeSpan timeout) && timeout > TimeSpan.Zero ? timeout : s_startTime;
        _wish = new SchedulerWish
        {
            GpuCount = intent.Options.GetNumber(nameof(SchedulerWish.GpuCount)),
            Devices = [.. intent.Options.GetList(nameof(SchedulerWish.Devices)).Select(device => int.Parse(device, NumberStyles.None, CultureInfo.InvariantCulture))],
            ListenAddress = intent.Options.Get(nameof(SchedulerWish.ListenAddress)),
            Port = intent.Options.GetNumber(nameof(SchedulerWish.Port)),
            ServerPort = intent.Options.GetNumber(nameof(SchedulerWish.ServerPort)),
        };
        _wish.Check();
    }

    protected override bool IsJournaled => true;

    protected override Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken) =>
        IsUndo ? UndoneAsync(subject, cancellationToken) : _stops ? StoppedAsync(subject, cancellationToken) : StartedAsync(subject, cancellationToken);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string RowOf(int port) => "scheduler on port " + Text(port);

    private static string Running(string arguments) => arguments.Length == 0 ? "running" : "running with " + arguments;

    private async Task<GuestProposal> StartedAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(subject.Shell, subject.Name);
        GuestProposal proposal = new(subject.Target);
        int port = _wish.PortMeant;
        FlexDirectProgram? program = await guest.FindAsync(cancellationToken).ConfigureAwait(false);
        SchedulerProcess? runs = (await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Port == port);
        SchedulerReport? report = FlexDirectText.ReadScheduler(await guest.ReadLogAsync(port, cancellationToken).ConfigureAwait(false) ?? string.Empty);
        if (runs is not null && runs.Is(_wish, report))
        {
            return proposal;
        }

        (IReadOnlyList<int> gpus, string? trouble) = await guest.ListGpusAsync(cancellationToken).ConfigureAwait(false);
        Judge(proposal, ReadinessAction.StartFlexDirect, Question(subject, program) with
        {
            Gpus = Evidence<int>.Of(gpus.Count),
            GpuTrouble = trouble,
            GpuIndices = gpus,
            GpusWanted = _wish.GpuCount,
            GpuIndicesWanted = _wish.Devices,
            IsLicensed = program is null ? null : await guest.ReadLicenseAsync(program, cancellationToken).ConfigureAwait(false),
        });
        if (program is null)
        {
            return proposal;
        }

        bool asService = await guest.HasSystemdAsync(cancellationToken).ConfigureAwait(false);
        SchedulerUnit unit = new(program, _wish);
        string? service = null;
        proposal.Row(RowOf(port), runs is null ? null : Running(runs.Text), Running(string.Join(" ", _wish.Arguments)));
        if (asService)
        {
            service = await guest.ReadUnitAsync(port, cancellationToken).ConfigureAwait(false);
            if (service is not null && !SchedulerUnit.IsOurs(service))
            {
                throw new GpuVSphereException(
                    "FlexDirectServiceTaken",
                    GpuErrorCategory.ResourceBusy,
                    $"{subject.Name} has a service {unit.Name} that somebody else wrote ({unit.Path}).",
                    subject.Name,
                    $"systemctl start {unit.Name} in the guest starts it; or remove it, or give another -Port.");
            }

            proposal.Row("service " + unit.Name, service is null ? null : service == unit.Text ? "there" : "there, for other options", ServiceThere);
        }

        proposal.Fields.AddRange(SchedulerUndo.FieldsOf(port, runs, new SchedulerProcess(0, _wish.Arguments).Command, service, asService ? unit.Text : null));
        if (runs is not null)
        {
            proposal.Tell($"The scheduler on port {Text(port)} of {subject.Name} runs with other options and is started anew: programs of clients that use its GPUs end.", endsPrograms: true);
            proposal.Step("stopping the scheduler that runs", (run, stop) =>
                Control(run).StopAsync(port, runs, asService, stop));
        }

        SchedulerReport? said = null;
        proposal.Step("starting the scheduler", async (run, stop) =>
        {
            SchedulerControl control = Control(run);
            try
            {
                (_, said) = await control.StartAsync(unit, asService, _startTimeout, stop).ConfigureAwait(false);
            }
            catch (GpuVSphereException error) when (runs is not null)
            {
                // Clients lose a server that gave out GPUs, for an option that was mistyped.
                bool isBack = await control.ReturnAsync(program, runs, service, stop).ConfigureAwait(false);
                throw new GpuVSphereException(
                    error.Id, error.Category, $"{error.Message.TrimEnd('.')}. The one that ran before {(isBack ? "was started again" : "could not be started again")}.", error.Target, error.NextStep, error);
            }
        });
        proposal.Verify = async (run, stop) =>
        {
            SchedulerProcess? now = (await new FlexDirectGuest(run.Shell, run.Target.Name).ReadSchedulersAsync(stop).ConfigureAwait(false)).FirstOrDefault(one => one.Port == port);
            return now is null ? GuestOutcome.Failed(new GpuVSphereException(
                    "FlexDirectSchedulerFailed", GpuErrorCategory.OperationFailed, $"The scheduler of {run.Target.Name} ended again after it had started.", run.Target.Name, $"Test-FlexDirectHealth -VM {Typed.Name(run.Target.Name)}; its log is {unit.Log} in the guest."))
                : said is null ? GuestOutcome.Done($"It runs as process {Text(now.Id)}, and has not said what it gives out; its log is {unit.Log}.")
                : GuestOutcome.Done(said.Text);
        };
        return proposal;
    }

    private async Task<GuestProposal> StoppedAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(subject.Shell, subject.Name);
        GuestProposal proposal = new(subject.Target);
        bool asService = await guest.HasSystemdAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<SchedulerProcess> running = await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<int> services = asService ? await guest.ReadServicePortsAsync(cancellationToken).ConfigureAwait(false) : [];
        foreach (int port in running.Select(one => one.Port).Concat(services).Distinct().OrderBy(port => port).Where(port => _wish.Port is not { } asked || asked == port))
        {
            SchedulerProcess? runs = running.FirstOrDefault(one => one.Port == port);
            proposal.Row(RowOf(port), runs is null ? null : Running(runs.Text), null);
            proposal.Row("service " + SchedulerUnit.NameFor(port), services.Contains(port) ? ServiceThere : null, null);
            proposal.Fields.AddRange(SchedulerUndo.FieldsOf(
                port, runs, null, services.Contains(port) ? await guest.ReadUnitAsync(port, cancellationToken).ConfigureAwait(false) : null, null));
            if (runs is not null)
            {
                proposal.Tell($"Programs of clients that use the GPUs of {subject.Name} by port {Text(port)} end.", endsPrograms: true);
            }

            proposal.Step("stopping the scheduler on port " + Text(port), (run, stop) =>
                Control(run).StopAsync(port, runs, asService, stop));
        }

        return proposal;
    }

    private async Task<GuestProposal> UndoneAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(subject.Shell, subject.Name);
        GuestProposal proposal = new(subject.Target);
        bool asService = await guest.HasSystemdAsync(cancellationToken).ConfigureAwait(false);
        SchedulerUndo[] all = await ReadUndoAsync(guest, subject, cancellationToken).ConfigureAwait(false);
        foreach (string kept in all.Select(undo => undo.Kept).OfType<string>())
        {
            proposal.Tell(kept);
        }

        SchedulerUndo[] undos = [.. all.Where(undo => undo.Kept is null && !undo.IsBack)];
        FlexDirectProgram? program = undos.Any(undo => undo.Starts) ? await guest.FindAsync(cancellationToken).ConfigureAwait(false) : null;
        if (undos.Any(undo => undo.Starts))
        {
            (IReadOnlyList<int> gpus, string? trouble) = await guest.ListGpusAsync(cancellationToken).ConfigureAwait(false);
            Judge(proposal, ReadinessAction.StartFlexDirect, Question(subject, program) with
            {
                Gpus = Evidence<int>.Of(gpus.Count),
                GpuTrouble = trouble,
                IsLicensed = program is null ? null : await guest.ReadLicenseAsync(program, cancellationToken).ConfigureAwait(false),
            });
        }

        foreach (SchedulerUndo undo in undos)
        {
            AddUndo(proposal, undo, program, asService);
        }

        proposal.Verify = async (run, stop) =>
        {
            SchedulerUndo? left = (await ReadUndoAsync(new FlexDirectGuest(run.Shell, run.Target.Name), run.Subject, stop).ConfigureAwait(false)).FirstOrDefault(undo => !undo.IsBack && undos.Any(one => one.Port == undo.Port));
            return left is null ? GuestOutcome.Done() : GuestOutcome.Failed(new GpuVSphereException(
                "FlexDirectSchedulerFailed",
                GpuErrorCategory.OperationFailed,
                $"The scheduler on port {Text(left.Port)} of {run.Target.Name} is {(left.Runs is null ? "not running" : Running(left.Runs.Text))}, and was {(left.Before is null ? "not running" : Running(left.Before.Text))} before.",
                run.Target.Name,
                $"Test-FlexDirectHealth -VM {Typed.Name(run.Target.Name)}; its log is {SchedulerUnit.LogFor(left.Port)} in the guest."));
        };
        return proposal;
    }

    private async Task<SchedulerUndo[]> ReadUndoAsync(FlexDirectGuest guest, GuestSubject subject, CancellationToken cancellationToken)
    {
        IReadOnlyList<SchedulerProcess> running = await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false);
        List<SchedulerUndo> undos = [];
        foreach (int port in SchedulerUndo.Ports(subject.Intent.Wanted))
        {
            string? service = await guest.ReadUnitAsync(port, cancellationToken).ConfigureAwait(false);
            bool isActive = service is not null && await guest.IsServiceActiveAsync(port, cancellationToken).ConfigureAwait(false);
            undos.Add(SchedulerUndo.Of(subject.Intent.Wanted, port, running.FirstOrDefault(one => one.Port == port), service, isActive, IsOpen(subject.Target)));
        }

        return [.. undos];
    }

    private void AddUndo(GuestProposal proposal, SchedulerUndo undo, FlexDirectProgram? program, bool asService)
    {
        int port = undo.Port;
        proposal.Row(RowOf(port), undo.Runs is null ? null : Running(undo.Runs.Text), undo.Before is null ? null : Running(undo.Before.Text));
        proposal.Row(
            "service " + SchedulerUnit.NameFor(port),
            undo.Service is null ? null : undo.ServiceBefore is null || undo.Service == undo.ServiceBefore ? ServiceThere : "there, for other options",
            undo.ServiceBefore is null ? null : ServiceThere);
        if (undo.Runs is not null)
        {
            proposal.Tell($"Programs of clients that use the GPUs of {proposal.Target.Name} by port {Text(port)} end.", endsPrograms: true);
        }

        if (undo.Stops)
        {
            proposal.Step("stopping the scheduler on port " + Text(port), (run, stop) => Control(run).StopAsync(port, undo.Runs, asService, stop));
        }

        if (undo.Before is { } before)
        {
            if (asService && undo.ServiceBefore is null)
            {
                proposal.Tell($"The scheduler that ran before on port {Text(port)} is started in the background, and does not start with the guest: no service of GpuVSphere's ran it.");
            }

            proposal.Step("starting the scheduler on port " + Text(port) + " again", (run, stop) => Control(run).StartAgainAsync(program!, before, undo.ServiceBefore, _startTimeout, stop));
        }
        else if (undo.ServiceBefore is { } service)
        {
            proposal.Step("putting back the service " + SchedulerUnit.NameFor(port), (run, stop) => Control(run).PutServiceBackAsync(port, service, stop));
        }
    }

    private static SchedulerControl Control(GuestRun run) => new(new FlexDirectGuest(run.Shell, run.Target.Name), run.Target.Name, run.Clock);
}
