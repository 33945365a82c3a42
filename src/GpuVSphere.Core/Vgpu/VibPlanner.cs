using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>From the packages that are wanted on a host and what it has, to what is installed and removed. Pure.</summary>
internal sealed class VibPlanner
{
    /// <summary>The property of a plan that says whether a driver runs.</summary>
    public const string DriverProperty = "NVIDIA driver in force";

    private const string ImagePrivilege = "Host.Config.Image";
    private const string MaintenancePrivilege = "Host.Config.Maintenance";
    private const ChangeNeeds Down = ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot;

    private readonly HostProposal _proposal;
    private readonly SoftwareState _software;
    private readonly GraphicsState _graphics;
    private readonly IReadOnlyList<PackageAt> _packages;
    private readonly List<JournalField> _fields = [];

    private VibPlanner(HostProposal proposal, SoftwareState software, GraphicsState graphics, IReadOnlyList<PackageAt> packages)
    {
        _proposal = proposal;
        _software = software;
        _graphics = graphics;
        _packages = packages;
    }

    public static string DriverText(bool runs) => runs ? "yes" : "no";

    /// <summary>Plans one host.</summary>
    public static HostProposal Plan(
        HostSubject subject, HostChangeOptions options, SoftwareState software, HostGraphics graphics, IReadOnlyList<PackageAt> packages, VibUploads uploads, IHostShells? shells, HostShellNotes notes)
    {
        HostProposal proposal = new(subject, options);
        new VibPlanner(proposal, software, new GraphicsState(subject.Host, graphics), packages).Plan(uploads, shells, notes);
        return proposal;
    }

    private void Plan(VibUploads uploads, IHostShells? shells, HostShellNotes notes)
    {
        GpuHost host = _proposal.Host;
        VibPlan plan = Wanted();
        GraphicsPlanner types = new(_proposal, _graphics);
        Check(plan, types);
        TellShared(plan, types);
        bool setsGraphics = types.IsAsked && _graphics.CanConfigure && host.Devices.Count > 0;
        if (setsGraphics)
        {
            types.Plan(_proposal.Options.Reboot);
        }

        foreach (KeyValuePair<string, string?> vib in plan.Wanted.OrderBy(vib => vib.Key, StringComparer.Ordinal))
        {
            string? before = _software.VersionOf(vib.Key);
            if (before != vib.Value)
            {
                _proposal.Row(null, VibWords.Property(vib.Key), before, vib.Value, Down);
                _fields.Add(new JournalField(VibWords.VibPrefix + vib.Key, before, vib.Value));
            }
        }

        bool changes = !plan.IsEmpty || types.Config is not null;
        bool idles = plan.BringsDriver && !VibChange.HasDriver(host) && _graphics.Kept.Any();
        bool needsReboot = !plan.IsEmpty || idles || (types.Config is not null && _graphics.HasDriver) || types.Waiting.Count > 0;
        RequireMaintenance(plan);
        if (needsReboot && _proposal.Options.Reboot)
        {
            _proposal.AddReboot();
            if (idles)
            {
                _proposal.Row(HostProposal.RebootBarrier, DriverProperty, DriverText(false), DriverText(true), Down);
            }

            if (setsGraphics)
            {
                types.AddInForce(HostProposal.RebootBarrier, Down);
            }
        }

        Tell(plan, needsReboot);
        TellOlder(plan);
        GraphicsSender? sender = setsGraphics ? new GraphicsSender(host, _graphics, types) : null;
        _proposal.Change = new VibChange(_proposal.Target, host, plan, new VibSender(host, plan, uploads), sender, shells, notes)
        {
            Fields = [.. types.Fields, .. _fields],
            NeedsReboot = needsReboot,
            Pending = needsReboot && !changes && !_proposal.Options.Reboot
                ? $"{_proposal.Target.Name} has the driver and it serves no GPU yet: it runs after a reboot. Reboot the host, or run the command again with -Reboot."
                : null,
        };
    }

    private VibPlan Wanted()
    {
        Dictionary<string, string?> wanted = new(StringComparer.OrdinalIgnoreCase);
        List<PackageAt> install = [];
        List<PackageAt> present = [];
        bool isUpdate = true;
        foreach (PackageAt package in _packages)
        {
            PackageVib[] missing = [.. package.Package.Vibs.Where(vib => _software.VersionOf(vib.Name) != vib.Version)];
            (missing.Length == 0 ? present : install).Add(package);
            isUpdate &= missing.All(vib => IsNewer(vib));
            foreach (PackageVib vib in package.Package.Vibs)
            {
                wanted[vib.Name] = vib.Version;
            }
        }

        List<string> remove = [];
        IntentTarget intent = _proposal.Subject.Intent;
        foreach (KeyValuePair<string, string> vib in intent.Wanted.Where(vib => vib.Key.StartsWith(VibWords.VibPrefix, StringComparison.Ordinal) && vib.Value.Length == 0))
        {
            string name = vib.Key.Substring(VibWords.VibPrefix.Length);
            InstalledSoftware[] meant = [.. _software.Nvidia.Where(found => name == VibWords.Every || new WildcardName(name).Matches(found.Name))];
            if (meant.Length == 0 && name.IndexOfAny(['*', '?']) < 0 && !intent.Wanted.Keys.Any(IntentConditions.IsCondition))
            {
                TellAbsent(name);
            }

            foreach (InstalledSoftware found in meant)
            {
                if (!IntentConditions.Allows(intent.Wanted, VibWords.VibPrefix + found.Name, found.Version))
                {
                    _proposal.NoteChangedSince($"{found.Name} on {intent.Target.Name}", $"it is {found.Version}");
                    continue;
                }

                remove.Add(found.Name);
                wanted[found.Name] = null;
            }
        }

        return new VibPlan
        {
            Install = install,
            Present = present,
            Remove = remove,
            IsUpdate = install.Count > 0 && isUpdate,
            Wanted = wanted,
            Before = wanted.Keys.Where(name => _software.VersionOf(name) is not null).ToDictionary(name => name, name => _software.VersionOf(name)!, StringComparer.OrdinalIgnoreCase),
            BringsDriver = wanted.Any(vib => vib.Value is not null && SoftwareState.Judge(vib.Key, vib.Value) is { IsDriver: true }),
        };
    }

    // It may be gone already, or mistyped: what there is tells which.
    private void TellAbsent(string name)
    {
        string[] there = [.. _software.Nvidia.Select(vib => vib.Name)];
        string others = _software.Next.Any(vib => string.Equals(vib.Name, name, StringComparison.OrdinalIgnoreCase))
            ? $"{name} on {_proposal.Target.Name} is not one of NVIDIA's VIBs and is left alone."
            : $"{_proposal.Target.Name} has no VIB {name}.";
        _proposal.Findings.Add(new Finding(
            "VIB-FOUND",
            FindingSeverity.Warning,
            _proposal.Target,
            others + (there.Length > 0 ? $" Of NVIDIA's it has {string.Join(", ", there)}." : " It has none of NVIDIA's.")));
    }

    private bool IsNewer(PackageVib vib) => Compare(vib) > 0;

    // Null where one of the versions cannot be read, or nothing is there.
    private int? Compare(PackageVib vib) =>
        _software.VersionOf(vib.Name) is { } present
        && DriverVersion.TryParse(present) is { } old
        && DriverVersion.TryParse(vib.Version) is { } now ? now.CompareTo(old) : null;

    // An undo means it; anybody else may have taken the wrong file.
    private void TellOlder(VibPlan plan)
    {
        foreach (PackageVib vib in plan.Install.SelectMany(package => package.Package.Vibs))
        {
            if (Compare(vib) < 0 && !_proposal.Subject.Intent.Wanted.ContainsKey(VibWords.VibPrefix + vib.Name))
            {
                _proposal.Findings.Add(new Finding(
                    "VIB-OLDER",
                    FindingSeverity.Warning,
                    _proposal.Target,
                    $"{_proposal.Target.Name} has {vib.Name} {_software.VersionOf(vib.Name)}, which is newer than the {vib.Version} that takes its place."));
            }
        }
    }

    private void Check(VibPlan plan, GraphicsPlanner types)
    {
        if (plan.IsEmpty)
        {
            return;
        }

        GpuHost host = _proposal.Host;
        List<string> privileges = [ImagePrivilege];
        if (_proposal.Options.Reboot)
        {
            privileges.Add(MaintenancePrivilege);
        }

        bool bringsDriver = plan.Install.Any(package => package.Package.Vibs.Any(vib => SoftwareState.Judge(vib.Name, vib.Version) is { IsDriver: true }));
        _proposal.Check(new ReadinessSubject
        {
            Action = plan.Install.Count > 0 ? ReadinessAction.InstallDriver : ReadinessAction.RemoveDriver,
            Target = _proposal.Target,
            Host = host,
            Devices = host.Devices,
            OtherVms = _proposal.Subject.Vms,
            RequiredPrivileges = privileges,
            RebootedBy = _proposal.Subject.RebootedBy,
            HostSoftware = Evidence<HostSoftware>.Of(HostSoftwareReader.Of(host, _software)),
            Software = new SoftwareQuestion
            {
                Packages = [.. plan.Install.Select(package => Facts(package.Package))],
                HostAcceptance = _software.Acceptance,
                IsImageManaged = _software.IsImageManaged,
                FreeBytes = _software.FreeBytes,
                GivenTwice = [.. GivenTwice()],
                RemovesDriver = !plan.BringsDriver
                    && plan.Remove.Any(name => SoftwareState.Judge(name, _software.VersionOf(name)!) is { Flavour: not VgpuPackageFlavour.ManagementDaemon }),
                OtherDrivers = bringsDriver
                    ? [.. _software.Nvidia
                        .Where(vib => !plan.Wanted.ContainsKey(vib.Name) && SoftwareState.Judge(vib.Name, vib.Version) is { IsDriver: true })
                        .Select(vib => vib.Name)]
                    : [],
                SharedGpus = bringsDriver ? [.. Shared(types).Select(address => address.ToString())] : [],
            },
        });
    }

    // Of all packages, also those that the host has: which one was meant cannot be told. What an undo brings back is named by its version.
    private IEnumerable<string> GivenTwice() => _packages
        .SelectMany(package => package.Package.Vibs)
        .GroupBy(vib => vib.Name, StringComparer.OrdinalIgnoreCase)
        .Select(same => (same.Key, Versions: same.Select(vib => vib.Version).Distinct(StringComparer.Ordinal).ToArray()))
        .Where(vib => vib.Versions.Length > 1 && !_proposal.Subject.Intent.Wanted.ContainsKey(VibWords.VibPrefix + vib.Key))
        .Select(vib => $"{vib.Key} {string.Join(" and ", vib.Versions)}");

    private static SoftwarePackage Facts(NvidiaPackage package) => new(
        package.Title,
        [.. package.Vibs.Select(vib => SoftwareState.Judge(vib.Name, vib.Version))],
        [.. package.Vibs.Select(vib => vib.AcceptanceLevel)],
        // What the payloads take; of a VIB on a datastore no more is read than its descriptor.
        package.Vibs.All(vib => vib.SizeBytes is not null) ? package.Vibs.Sum(vib => vib.SizeBytes) : package.SizeBytes,
        package.ComponentName is null ? null : package.ComponentName + " " + package.ComponentVersion);

    // The driver came first: it is said how it is mended, since nothing else would be changed.
    private void TellShared(VibPlan plan, GraphicsPlanner types)
    {
        PciAddress[] shared = [.. Shared(types)];
        if (plan.IsEmpty && plan.BringsDriver && shared.Length > 0)
        {
            _proposal.Findings.Add(new Finding(
                "VIB-GRAPHICS",
                FindingSeverity.Warning,
                _proposal.Target,
                $"{_proposal.Target.Name} has the driver, and {string.Join(", ", shared)} {(shared.Length == 1 ? "is" : "are")} still Shared, so no vGPU starts there. Add -SetGraphicsMode -Reboot to mend it, or use Set-HostGraphicsMode."));
        }
    }

    private IEnumerable<PciAddress> Shared(GraphicsPlanner types) => _graphics.Kept
        .Where(device => (types.Types.TryGetValue(device.Address, out string? wanted) ? wanted : _graphics.ConfiguredType(device.Address)) == GraphicsWords.Shared)
        .Select(device => device.Address);

    private void RequireMaintenance(VibPlan plan)
    {
        if (plan.IsEmpty || _proposal.Options.Reboot || _proposal.Host.InMaintenanceMode)
        {
            return;
        }

        _proposal.Findings.Add(new Finding(
            "HOST-MAINTENANCE",
            FindingSeverity.Block,
            _proposal.Target,
            $"{_proposal.Target.Name} must be in maintenance mode for this and be rebooted afterwards, and neither was asked for.",
            $"Add -Reboot; or put the host into maintenance mode yourself, and the software is {(plan.Install.Count > 0 ? "installed" : "removed")} and waits for your reboot.")
        {
            ErrorId = "MaintenanceNotAsked",
        });
    }

    private void Tell(VibPlan plan, bool needsReboot)
    {
        foreach (PackageAt package in plan.Present)
        {
            _proposal.Tell($"has {package.Package.Title} already");
        }

        foreach (PackageAt package in plan.Install)
        {
            if (package.UploadTo is { } store)
            {
                _proposal.Tell($"gets {package.Package.FileName} by way of [{store.Name}], from where it is removed afterwards");
            }

            foreach (PackageVib vib in package.Package.Vibs)
            {
                VgpuPackage? judged = SoftwareState.Judge(vib.Name, vib.Version);
                if (_software.VersionOf(vib.Name) is { } before && before != vib.Version)
                {
                    _proposal.Tell($"has {vib.Name} {before}, which {(IsNewer(vib) ? "is upgraded" : "is replaced")}");
                }

                if (judged is { IsDriver: true, Releases: { } releases })
                {
                    _proposal.Tell($"gets the driver of vGPU {releases.ReleaseText}");
                }
            }
        }

        if (needsReboot && !plan.IsEmpty && !_proposal.Options.Reboot)
        {
            _proposal.Tell(plan.Install.Count > 0
                ? "is not rebooted: the driver runs after a reboot, whatever esxcli says of one"
                : "is not rebooted: what is removed is gone after a reboot, whatever esxcli says of one");
        }
    }
}
