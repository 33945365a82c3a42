using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>
/// The software of a host: what is installed and what runs. A driver that is installed runs after the next boot, whatever esxcli says of a reboot
/// (facts: features-and-pains.md 3, row 7), and one that is removed runs until then.
/// </summary>
internal sealed class HostSoftware
{
    public const string NvidiaModule = "nvidia";

    public const string NvidiaModuleFile = "usr/lib/vmware/vmkmod/nvidia";

    private const string LogHint = "Please refer to the log file for more details.";

    private readonly HostSystem _host;
    private List<InstalledVib>? _running;

    public HostSoftware(HostSystem host)
    {
        _host = host;
        BootbankFreeBytes = (host.Release.Has("7.0.0.0") ? 3800L : 200L) * 1024 * 1024;
        Installed.Add(Base(host));
    }

    public List<InstalledVib> Installed { get; } = [];

    /// <summary>The packages of the image that the host booted. Until it boots again that is what was installed when the inventory was built.</summary>
    public IReadOnlyList<InstalledVib> Running => _running ?? Installed;

    /// <summary>Whether an image waits for the next boot: until then the host lists the one it runs.</summary>
    public bool IsStaged { get; private set; }

    /// <summary>What <c>esxcli software vib list</c> shows.</summary>
    public IReadOnlyList<InstalledVib> Listed => IsStaged ? Running : Installed;

    /// <summary>The acceptance level of the host; a fresh one has PartnerSupported.</summary>
    public Acceptance Level { get; set; } = Acceptance.Partner;

    public bool IsProfileUpdated { get; private set; }

    public string ProfileName => (IsProfileUpdated ? "(Updated) " : string.Empty) + "ESXi-" + _host.Release.Version + "-" + _host.Release.Build + "-standard";

    /// <summary>The parameters of VMkernel modules, as they were set: the whole line of each module.</summary>
    public Dictionary<string, string> ModuleParameters { get; } = new(StringComparer.Ordinal);

    /// <summary>The parameters that the modules were loaded with.</summary>
    public Dictionary<string, string> ModuleParametersInForce { get; } = new(StringComparer.Ordinal);

    public long BootbankFreeBytes { get; set; }

    public bool HasNvidiaModule => Installed.Concat(Running).Any(vib => vib.IsGpuDriver);

    public bool IsNvidiaLoaded => Running.Any(vib => vib.IsGpuDriver);

    private Refusals Refusals => _host.Inventory.Refusals;

    /// <summary>The components of the installed packages.</summary>
    public IEnumerable<SoftwareComponent> Components => Installed.Select(vib => vib.Package?.Component).Where(component => component is not null).Select(component => component!).Distinct();

    /// <summary>What a boot does: the installed image runs, and the modules take their parameters.</summary>
    public void Boot()
    {
        _running = [.. Installed];
        IsStaged = false;
        ModuleParametersInForce.Clear();
        foreach (KeyValuePair<string, string> entry in ModuleParameters)
        {
            ModuleParametersInForce[entry.Key] = entry.Value;
        }
    }

    /// <summary>Puts a package there past every check, as an image or an order of a test does.</summary>
    public void Put(VibPackage package)
    {
        _running ??= [.. Installed];
        Installed.RemoveAll(vib => vib.Name == package.Name);
        Installed.Add(Record(package));
    }

    /// <summary>Takes packages away past every check.</summary>
    public void Drop(Func<InstalledVib, bool> which)
    {
        _running ??= [.. Installed];
        Installed.RemoveAll(vib => which(vib));
    }

    /// <exception cref="InstallFault">The installer refuses.</exception>
    public InstallResult Install(IReadOnlyList<VibPackage> packages, InstallOptions options)
    {
        List<VibPackage> skipped = [];
        List<VibPackage> chosen = [];
        foreach (VibPackage package in packages.GroupBy(p => p.Vendor + ":" + p.Name).Select(group => group.OrderByDescending(p => p.Version, Comparer<string>.Create(VibVersion.Compare)).First()))
        {
            InstalledVib? present = Installed.FirstOrDefault(vib => vib.Name == package.Name);
            int order = present is null ? 1 : VibVersion.Compare(package.Version, present.Version);
            (order == 0 || (options.IsUpdate && (present is null || order < 0)) ? skipped : chosen).Add(package);
        }

        List<InstalledVib> removed = Installed.Where(vib => chosen.Any(package => package.Name == vib.Name || package.Replaces.Any(other => other.Takes(vib.Name, vib.Version)))).ToList();
        if (chosen.Count == 0)
        {
            return new InstallResult("Host is not changed.", false, [], [], skipped);
        }

        foreach (VibPackage package in chosen)
        {
            CheckTrust(package, options);
        }

        if (!options.IsForced)
        {
            CheckImage(Installed.Except(removed).Concat(chosen.Select(Record)).ToList());
        }

        bool isLive = !options.IsForNextBoot && chosen.All(package => package.IsLiveInstallable) && removed.All(vib => vib.Package?.IsLiveRemovable ?? true);
        CheckState(
            removed.Where(vib => vib.Package?.NeedsMaintenanceMode ?? false).Select(vib => vib.Id), chosen.Where(package => package.NeedsMaintenanceMode).Select(package => package.Id), removed, isLive, options);
        if (chosen.Sum(package => package.SizeBytes) > BootbankFreeBytes && Refusals.Has(Refusal.BootbankFull))
        {
            throw new InstallFault("facts/features-and-pains.md 3: free space is checked first; the words of this refusal are UNCONFIRMED", "[InstallationError]", "[Errno 28] No space left on device", "vibs = " + string.Join(", ", chosen.Select(package => package.Id)), LogHint);
        }

        if (!options.IsDryRun)
        {
            Change(chosen, removed, isLive);
        }

        return new InstallResult(Message(isLive, options), !isLive, chosen, removed, skipped);
    }

    /// <exception cref="InstallFault">The installer refuses.</exception>
    public InstallResult Remove(IReadOnlyList<InstalledVib> vibs, InstallOptions options)
    {
        if (!options.IsForced)
        {
            CheckImage(Installed.Except(vibs).ToList());
        }

        bool isLive = !options.IsForNextBoot && vibs.All(vib => vib.Package?.IsLiveRemovable ?? true);
        CheckState(vibs.Where(vib => vib.Package?.NeedsMaintenanceMode ?? false).Select(vib => vib.Id), [], vibs, isLive, options);
        if (!options.IsDryRun)
        {
            Change([], vibs, isLive);
        }

        return new InstallResult(Message(isLive, options), !isLive, [], vibs, []);
    }

    /// <summary>The package by the name that esxcli is given: name, vendor:name, or name:version.</summary>
    public static bool Matches(string text, string name, string vendor, string version)
    {
        string[] parts = text.Split(':');
        return parts.Length switch
        {
            1 => text == name || text == vendor + "_bootbank_" + name + "_" + version,
            2 => (parts[0] == vendor && parts[1] == name) || (parts[0] == name && parts[1] == version),
            _ => parts[0] == vendor && parts[1] == name && parts[2] == version,
        };
    }

    private static string Message(bool isLive, InstallOptions options) =>
        options.IsDryRun ? "Dryrun only, host not changed. The following installers will be applied: [BootBankInstaller" + (isLive ? ", LiveImageInstaller]" : "]")
        : isLive ? "Operation finished successfully."
        : "The update completed successfully, but the system needs to be rebooted for the changes to be effective.";

    private static InstalledVib Base(HostSystem host)
    {
        VibPackage package = new()
        {
            Name = "esx-base",
            Version = host.Release.Version + "-0.0." + host.Release.Build,
            Vendor = "VMware",
            Summary = "ESXi base system",
            Description = "This VIB contains all of the base functionality of vSphere ESXi.",
            Acceptance = "certified",
            Provides = [new VibConstraint("esx-version", "=", host.Release.Version)],
            Payloads = ["b", "jumpstrt", "useropts"],
            NeedsMaintenanceMode = true,
            IsSigned = true,
        };
        return new InstalledVib(package.Name, package.Version, package.Vendor, "VMwareCertified", "2024-11-20") { Package = package };
    }

    /// <summary>A package as it stands in the list of those installed, from today on.</summary>
    public InstalledVib Record(VibPackage package) =>
        new(package.Name, package.Version, package.Vendor, Acceptance.Find(package.Acceptance)?.CliName ?? "CommunitySupported", _host.Inventory.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) { Package = package };

    private void CheckTrust(VibPackage package, InstallOptions options)
    {
        if (options.IsForced)
        {
            return;
        }

        Acceptance level = Acceptance.Find(package.Acceptance) ?? Acceptance.Find("community")!;
        if (!Level.Takes(level) && Refusals.Has(Refusal.AcceptanceTooLow))
        {
            throw new InstallFault(
                "samples/esxcli-software-vib-install-acceptanceconfigerror.txt",
                "[AcceptanceConfigError]",
                "VIB " + package.Id + "'s acceptance level is " + level.Tag + ", which is not compliant with the ImageProfile acceptance level " + Level.Tag,
                "To change the host acceptance level, use the 'esxcli software acceptance set' command.",
                LogHint);
        }

        if (!package.IsSigned && level.Tag != "community" && !options.SkipsSignatures && Refusals.Has(Refusal.UnsignedVib))
        {
            throw new InstallFault("esxcli-types.txt: nosigcheck turns the check of signatures off; its words are UNCONFIRMED", "[VibSignatureError]", "VIB " + package.Id + " has no valid signature.", LogHint);
        }
    }

    /// <summary>Whether a set of packages can stand together.</summary>
    private void CheckImage(IReadOnlyList<InstalledVib> image)
    {
        foreach (InstalledVib vib in image)
        {
            foreach (VibConstraint need in vib.Package?.Depends ?? [])
            {
                bool isMet = image.Any(other => need.Takes(other.Name, other.Version) || (other.Package?.Provides ?? []).Any(offer => need.Takes(offer.Name, offer.Version)));
                if (!isMet && Refusals.Has(Refusal.DependencyMissing))
                {
                    throw new InstallFault("vim25-gpu.md 8: DependencyError is one of the failures of vib install", "[DependencyError]", "VIB " + vib.Id + " requires " + need + ", but the requirement cannot be satisfied within the ImageProfile.", LogHint);
                }
            }

            foreach (string file in vib.Package is { IsOverlay: false } ? vib.Package.Files : [])
            {
                InstalledVib? other = image.FirstOrDefault(each => each != vib && each.Package is { IsOverlay: false } && each.HasFile(file));
                if (other is not null && Refusals.Has(Refusal.FileClaimedTwice))
                {
                    throw new InstallFault(
                        "types-core.txt: SoftwarePackageCapability.overlay false prevents two packages from installing the same file",
                        "[DependencyError]",
                        "File path of '/" + file + "' is claimed by multiple non-overlay VIBs: " + string.Join(", ", new[] { vib.Id, other.Id }.OrderBy(id => id, StringComparer.Ordinal)),
                        LogHint);
                }
            }
        }
    }

    private void CheckState(IEnumerable<string> removing, IEnumerable<string> installing, IReadOnlyList<InstalledVib> removed, bool isLive, InstallOptions options)
    {
        if (!isLive || options.IsDryRun)
        {
            return;
        }

        string[] leave = removing.ToArray();
        string[] come = installing.ToArray();
        if (leave.Length + come.Length > 0 && !_host.IsInMaintenance && !options.PretendsMaintenanceMode && Refusals.Has(Refusal.SoftwareOutsideMaintenance))
        {
            throw new InstallFault(
                "vim25-gpu.md 6: whether maintenance mode is needed is in the package (MaintenanceModeRequired); the words of MaintenanceModeError are UNCONFIRMED",
                "[MaintenanceModeError]",
                "MaintenanceMode is required to remove: [" + string.Join(", ", leave) + "]; install: [" + string.Join(", ", come) + "].",
                LogHint);
        }

        if (removed.Any(vib => vib.IsGpuDriver && Running.Any(each => each.Id == vib.Id))
            && _host.Functions.FirstOrDefault(function => _host.VgpuUsersOf(function).Any()) is { } used && Refusals.Has(Refusal.DriverInUse))
        {
            throw new InstallFault(
                "vim25-gpu.md 6: VMs are off when the driver is updated (NVUG); the words of this refusal are UNCONFIRMED",
                "[LiveInstallationError]",
                "The module nvidia is in use: a vGPU runs on " + used.Id + ".",
                LogHint);
        }
    }

    private void Change(IReadOnlyList<VibPackage> come, IReadOnlyList<InstalledVib> leave, bool isLive)
    {
        _running ??= [.. Installed];
        Installed.RemoveAll(vib => leave.Contains(vib));
        Installed.AddRange(come.Select(Record));
        BootbankFreeBytes += leave.Sum(vib => vib.Package?.SizeBytes ?? 0) - come.Sum(package => package.SizeBytes);
        IsProfileUpdated = true;
        IsStaged |= !isLive;
        if (isLive && _host.Inventory.Options.DriverLoadsWithoutReboot)
        {
            Boot();
        }

        _host.DevicesChanged();
    }
}
