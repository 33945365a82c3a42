using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Installs NVIDIA's driver in guests.</summary>
internal sealed class GuestDriverOperation(ChangeIntent intent, OperationContext context) : GuestOperation(intent, context)
{
    public const string IntentKind = "GuestDriver";
    public const string PathWish = "Path";
    public const string EulaWish = "AcceptEula";
    public const string UpgradeWish = "UpgradePackages";
    public const string StopWish = "StopGpuProcess";

    private readonly VgpuCatalog _catalog = VgpuCatalog.InUse;

    protected override bool Supports(GuestFamily family) => true;

    protected override bool IsJournaled => true;

    protected override bool PendsForRestart => true;

    protected override async Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        if (IsUndo)
        {
            return await UndoneAsync(subject, cancellationToken).ConfigureAwait(false);
        }

        DriverWish wish = Wish(subject.Intent);
        GuestProposal proposal = new(subject.Target);

        // A package of the wrong kind is refused by what is known of the VM and its host, before more is asked of the guest.
        GuestGpuState seed = await GuestGpuSeed.OfAsync(subject, _catalog, cancellationToken).ConfigureAwait(false);
        DriverGuest guest = await DriverGuestReader.ReadAsync(subject.Shell, Seed(subject, seed), cancellationToken).ConfigureAwait(false);
        DriverPlan plan = DriverPlanner.Plan(guest, wish);
        if (plan.IsEmpty)
        {
            return proposal;
        }

        foreach ((string? barrier, string property, string? before, string? after) in plan.Rows)
        {
            proposal.Row(property, before, after, barrier);
        }

        foreach (string ending in plan.Endings)
        {
            proposal.Tell(ending, endsPrograms: true);
        }

        foreach (string consequence in plan.Consequences)
        {
            proposal.Tell(consequence);
        }

        proposal.Findings.AddRange(ReadinessRules.Check([Question(subject, guest, wish)], Options.SkipRules));
        if (await RootTroubleAsync(subject, cancellationToken).ConfigureAwait(false) is { } trouble)
        {
            proposal.Findings.Add(BlockedErrors.Finding(subject.Target, trouble));
        }

        if (!wish.IsEulaAccepted)
        {
            proposal.Refuse(
                "GUEST-EULA",
                "EulaNotAccepted",
                GpuErrorCategory.InvalidArgument,
                $"NVIDIA's licence for {wish.Package.Name} has to be accepted, and the installation asks nobody.",
                "Read it (it is in the package, and on NVIDIA's site), and add -AcceptEula.");
        }

        if (guest.Family == GuestFamily.Linux && DriverPrerequisites.AreUnknown(guest, wish.Package))
        {
            proposal.Refuse(
                "GUEST-PREREQUISITES",
                "GuestPackagesUnknown",
                GpuErrorCategory.NotSupported,
                $"{subject.Name} ({guest.System}) lacks {(guest.HasCompiler ? "the headers of its kernel" : guest.HasHeaders ? "a C compiler" : "a C compiler and the headers of its kernel")}, and none of apt-get, dnf, yum and zypper is there to install them.",
                "Install them by hand, then run the command again.");
        }

        string? nouveau = plan.SilencesNouveau ? await GuestTextFile.ReadAsync(subject.Shell, DriverRun.NouveauFile, cancellationToken).ConfigureAwait(false) : null;
        proposal.Fields.AddRange(DriverUndo.FieldsOf(guest, plan, wish.Package, nouveau));
        new DriverRun(wish, guest, plan).AddTo(proposal);
        return proposal;
    }

    private async Task<GuestProposal> UndoneAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        GuestProposal proposal = new(subject.Target);
        IReadOnlyDictionary<string, string> wanted = subject.Intent.Wanted;
        GuestGpuState seed = await GuestGpuSeed.OfAsync(subject, _catalog, cancellationToken).ConfigureAwait(false);
        DriverGuest guest = await DriverGuestReader.ReadAsync(subject.Shell, Seed(subject, seed), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> packages = await CamePackages.ThereAsync(subject, cancellationToken).ConfigureAwait(false);
        string? nouveau = guest.Family == GuestFamily.Windows ? null : await GuestTextFile.ReadAsync(subject.Shell, DriverRun.NouveauFile, cancellationToken).ConfigureAwait(false);
        bool hasUpgraded = Context.Continues?.Intent.Options.ContainsKey(UpgradeWish) == true;
        DriverUndoPlan plan = DriverUndo.Plan(subject.Name, guest, wanted, packages, nouveau, hasUpgraded, Options.Reboot);
        new DriverUndoRun(guest, plan).AddTo(proposal);
        if (plan.IsEmpty)
        {
            return proposal;
        }

        if (await RootTroubleAsync(subject, cancellationToken).ConfigureAwait(false) is { } trouble)
        {
            proposal.Findings.Add(BlockedErrors.Finding(subject.Target, trouble));
        }

        if (plan.Driver is not null && DriverPlanner.Blocking(guest) is { Count: > 0 } programs)
        {
            proposal.Refuse(
                "GUEST-GPU-PROCESS",
                "GuestGpuInUse",
                GpuErrorCategory.ResourceBusy,
                $"These programs use a GPU of {subject.Name}, whose driver is to go: {string.Join(", ", programs)}.",
                "End them in the guest, then undo the change again.");
        }

        await CamePackages.RefuseNeededAsync(proposal, subject, plan.Packages, "the driver", cancellationToken).ConfigureAwait(false);
        return proposal;
    }

    // Reading takes no root's rights, and every step does: who cannot have them is told now, not after the upload.
    private static async Task<GpuVSphereException?> RootTroubleAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        if (subject.Shell.Family == GuestFamily.Windows || subject.System.IsRoot)
        {
            return null;
        }

        try
        {
            await subject.Shell.RunAsync(new GuestCommand("true") { AsRoot = true }, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (GpuVSphereException error) when (error.Id == "GuestNotRoot")
        {
            return error;
        }
    }

    private static DriverGuest Seed(GuestSubject subject, GuestGpuState gpu) => new()
    {
        Family = subject.Shell.Family,
        System = subject.System.DisplayName,
        Kernel = subject.System.Kernel,
        Architecture = subject.System.Architecture.Length == 0 ? null : subject.System.Architecture,
        PackageManager = subject.System.Packages == GuestPackageManager.None ? null : subject.System.Packages.ToString().ToLowerInvariant(),
        Gpu = gpu,
    };

    private DriverWish Wish(IntentTarget target)
    {
        string path = target.Wanted.TryGetValue(PathWish, out string? wanted) ? wanted : string.Empty;
        GuestDriverPackage package = GuestDriverIntents.ReadPackage(path);
        return new DriverWish
        {
            Path = path,
            Package = package,
            Bytes = new FileInfo(path).Length,
            IsEulaAccepted = Intent.Options.ContainsKey(EulaWish),
            UpgradesPackages = Intent.Options.ContainsKey(UpgradeWish),
            EndsProcesses = Intent.Options.ContainsKey(StopWish),
            Reboots = Options.Reboot,
        };
    }

    private ReadinessSubject Question(GuestSubject subject, DriverGuest guest, DriverWish wish)
    {
        GuestGpuDevice? without = guest.Gpu.Devices?.FirstOrDefault(device => device.Unassigned.Any() || device.ProblemCode == 12);
        return new ReadinessSubject
        {
            Action = ReadinessAction.InstallGuestDriver,
            Target = subject.Target,
            Host = subject.Host,
            Vm = subject.Vm,
            GuestDriver = new GuestDriverQuestion
            {
                Package = wish.Package,
                PackageBytes = wish.Bytes,
                Family = guest.Family,
                System = guest.System,
                Architecture = guest.Architecture,
                PackageManager = guest.PackageManager,
                Manager = guest.Gpu.Manager is { } manager ? Evidence<VgpuVersion>.Of(manager) : Evidence<VgpuVersion>.Unknown(guest.Gpu.WhyNoManager ?? "it was not asked for"),
                SecureBoot = guest.Gpu.SecureBoot is { } isOn ? Evidence<bool>.Of(isOn) : Evidence<bool>.Unknown("the guest does not say it"),
                SeenGpus = guest.Gpu.Devices is { } devices ? Evidence<int>.Of(devices.Count) : Evidence<int>.Unknown(guest.Gpu.WhyNoDevices),
                UnassignedBar = without is null ? null : without.Unassigned.Any() ? $"BAR{string.Join(", BAR", without.Unassigned.Select(bar => bar.Index))} of {without}" : without.ToString(),
                Processes = [.. DriverPlanner.Blocking(guest).Select(process => process.ToString())],
                MayEndProcesses = wish.EndsProcesses,
                FreeBytes = guest.FreeBytes,
                IsNoExec = guest.IsNoExec,
                Catalog = _catalog,
            },
        };
    }
}
