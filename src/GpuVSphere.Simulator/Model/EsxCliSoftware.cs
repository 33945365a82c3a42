using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Model.Software;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// esxcli software (facts: esxcli-types.txt for vib, samples/esxcli-software-*.txt for the rest). The type names of component, acceptance, profile and
/// sources are UNCONFIRMED.
/// </summary>
internal static class EsxCliSoftware
{
    private const string LogHint = "Please refer to the log file for more details.";

    public static IEnumerable<EsxCliCommand> CommandsOf(HostSystem host, SimulatedInventory inventory)
    {
        object gate = inventory.Gate;
        HostSoftware software = host.Software;
        PackageFiles files = new(inventory);
        EsxCliParameter rebooting = new("rebootingimage", ["--rebooting-image"], "Show the image that the next boot runs.", IsFlag: true);
        EsxCliParameter dryRun = new("dryrun", ["--dry-run"], "Change nothing.", IsFlag: true);
        EsxCliParameter force = new("force", ["--force", "-f"], "Go past checks.", IsFlag: true);
        EsxCliParameter maintenance = new("maintenancemode", ["--maintenance-mode"], "Take it that maintenance mode is in effect.", IsFlag: true);
        EsxCliParameter notLive = new("noliveinstall", ["--no-live-install"], "Stage for the next boot.", IsFlag: true);
        EsxCliParameter depot = new("depot", ["--depot", "-d"], "The depot: a path of an offline bundle, or its URL.");
        EsxCliParameter name = new("vibname", ["--vibname", "-n"], "The name of a VIB.");
        EsxCliParameter url = new("viburl", ["--viburl", "-v"], "The path of a VIB, or its URL.");
        EsxCliParameter[] installing =
        [
            depot, dryRun, force, maintenance, notLive, name, url,
            new EsxCliParameter("nosigcheck", ["--no-sig-check"], "Do not check signatures.", IsFlag: true),
            new EsxCliParameter("proxy", ["--proxy"], "A proxy for downloads."),
        ];

        yield return HostCommand.Of(
            host, gate, "software.vib", "list", "VIBSummaryExt", "table", call => Wire.List((call.Flag("rebootingimage") ? software.Installed : software.Listed).Select(vib => Summary(host, vib))),
            "Name", "Version", "Vendor", "AcceptanceLevel", "InstallDate", rebooting);
        yield return HostCommand.Of(
            host, gate, "software.vib", "get", "VIBExt", "simple", call => Wire.List(Installed(call.Flag("rebootingimage") ? software.Installed : software.Listed, call, host.Inventory.Refusals).Select(vib => Detail(host, vib, vib.Package))),
            name, rebooting);
        yield return HostCommand.OfSlow(host, inventory, "software.vib", "install", "InstallationResult", call => Install(false, call), installing);
        yield return HostCommand.OfSlow(host, inventory, "software.vib", "update", "InstallationResult", call => Install(true, call), installing);
        yield return HostCommand.OfSlow(
            host, inventory, "software.vib", "remove", "InstallationResult",
            call => VibResult(software.Remove(Installed(software.Installed, call, host.Inventory.Refusals), Options(call))),
            new EsxCliParameter("vibname", ["--vibname", "-n"], "The name of a VIB.", IsRequired: true), dryRun, force, maintenance, notLive);
        yield return HostCommand.Of(host, gate, "software.sources.vib", "get", "VIBExt", "simple", call => Wire.List(Sources(call).Select(package => Detail(host, null, package))), depot, name, url);
        yield return HostCommand.Of(host, gate, "software.acceptance", "get", "Result", "simple", _ => software.Level.CliName);
        yield return HostCommand.Of(
            host, gate, "software.acceptance", "set", "Result", "simple", SetAcceptance,
            new EsxCliParameter("level", ["--level"], "VMwareCertified, VMwareAccepted, PartnerSupported or CommunitySupported.", IsRequired: true));
        yield return HostCommand.Of(host, gate, "software.profile", "get", "Profile", "simple", _ => Wire.Of(string.Empty)
            .With("Name", software.ProfileName)
            .With("Vendor", "VMware, Inc.")
            .With("AcceptanceLevel", software.Level.CliName)
            .With("CreationTime", "2024-11-20T00:00:00")
            .With("Description", "The image of the host.")
            .With("StatelessReady", "True")
            .With("VIBs", software.Listed.Select(vib => vib.Name + " " + vib.Version).ToList()));
        if (!host.Release.Has("7.0.0.0"))
        {
            yield break;
        }

        yield return HostCommand.Of(
            host, gate, "software.component", "list", "Component", "table", _ => Wire.List(software.Components.Select(component => Component(host, component))),
            "Name", "DisplayName", "Version", "DisplayVersion", "Vendor", "CreationDate", "AcceptanceLevel", "Platforms");
        yield return HostCommand.OfSlow(
            host, inventory, "software.component", "apply", "InstallationResult", Apply, depot, dryRun, force, maintenance, notLive,
            new EsxCliParameter("component", ["--component", "-n"], "The name of a component."),
            new EsxCliParameter("nosigcheck", ["--no-sig-check"], "Do not check signatures.", IsFlag: true));
        yield return HostCommand.OfSlow(
            host, inventory, "software.component", "remove", "InstallationResult", RemoveComponents,
            new EsxCliParameter("component", ["--component", "-n"], "The name of a component.", IsRequired: true), dryRun, force, maintenance, notLive);

        object Install(bool isUpdate, EsxCliCall call) => VibResult(software.Install(Sources(call), Options(call) with { IsUpdate = isUpdate }));

        IReadOnlyList<VibPackage> Sources(EsxCliCall call)
        {
            IReadOnlyList<string> urls = Many(call, "viburl");
            IReadOnlyList<string> depots = Many(call, "depot");
            if (urls.Count + depots.Count == 0)
            {
                throw new EsxCliFault("One of --viburl and --depot is required.");
            }

            IReadOnlyList<string> names = Many(call, "vibname");
            List<VibPackage> packages = urls.SelectMany(files.Vib).ToList();
            List<VibPackage> offered = depots.SelectMany(files.Depot).ToList();
            foreach (string wanted in names)
            {
                if (!offered.Any(package => Matches(wanted, package)) && inventory.Refusals.Has(Refusal.UnknownVib))
                {
                    throw NoMatch(wanted);
                }
            }

            return [.. packages, .. offered.Where(package => names.Count == 0 || names.Any(wanted => Matches(wanted, package)))];
        }

        object Apply(EsxCliCall call)
        {
            IReadOnlyList<string> names = Many(call, "component");
            List<VibPackage> offered = Many(call, "depot").SelectMany(files.Depot).Where(package => package.Component is not null && (names.Count == 0 || names.Contains(package.Component.Name) || names.Contains(package.Component.Id))).ToList();
            if (offered.Count == 0 && inventory.Refusals.Has(Refusal.NoComponent))
            {
                throw new InstallFault("samples/esxcli-software-component-apply-success.txt: a component is what is applied; the words for a depot without one are UNCONFIRMED", "[NoMatchError]", "No component is found in the depot.", LogHint);
            }

            InstallResult result = software.Install(offered, Options(call));
            return ComponentResult(
                result,
                result.Installed.Select(package => package.Component!.Id),
                result.Removed.Select(vib => vib.Package?.Component).Where(component => component is not null).Select(component => component!.Id),
                result.Skipped.Select(package => package.Component!.Id));
        }

        object RemoveComponents(EsxCliCall call)
        {
            IReadOnlyList<string> names = Many(call, "component");
            foreach (string wanted in names)
            {
                if (!software.Components.Any(component => component.Name == wanted || component.Id == wanted) && inventory.Refusals.Has(Refusal.NoComponent))
                {
                    throw new InstallFault("samples/esxcli-software-component-list-nvd.txt: what is not listed is not removed; the words are UNCONFIRMED", "[NoMatchError]", "No component matches '" + wanted + "'.", LogHint);
                }
            }

            List<InstalledVib> vibs = software.Installed.Where(vib => vib.Package?.Component is { } component && (names.Contains(component.Name) || names.Contains(component.Id))).ToList();
            string[] removed = vibs.Select(vib => vib.Package!.Component!.Id).Distinct().ToArray();
            return ComponentResult(software.Remove(vibs, Options(call)), [], removed, []);
        }

        object SetAcceptance(EsxCliCall call)
        {
            HostAcceptance.Set(host, call["level"], (message, fact) => new InstallFault(fact, "[AcceptanceConfigError]", message, LogHint));
            return "Host acceptance level changed to '" + software.Level.CliName + "'.";
        }
    }

    /// <summary>The installed packages that an argument names, or all.</summary>
    private static List<InstalledVib> Installed(IReadOnlyList<InstalledVib> vibs, EsxCliCall call, Refusals refusals)
    {
        IReadOnlyList<string> names = Many(call, "vibname");
        foreach (string wanted in names)
        {
            if (!vibs.Any(vib => HostSoftware.Matches(wanted, vib.Name, vib.Vendor, vib.Version)) && refusals.Has(Refusal.UnknownVib))
            {
                throw NoMatch(wanted);
            }
        }

        return vibs.Where(vib => names.Count == 0 || names.Any(wanted => HostSoftware.Matches(wanted, vib.Name, vib.Vendor, vib.Version))).ToList();
    }

    private static InstallFault NoMatch(string wanted) => new("vim25-gpu.md 7: [NoMatchError] with id=…", "[NoMatchError]", "No VIB matching VIB search specification '" + wanted + "'.", "id = " + wanted, LogHint);

    private static bool Matches(string wanted, VibPackage package) => HostSoftware.Matches(wanted, package.Name, package.Vendor, package.Version);

    private static IReadOnlyList<string> Many(EsxCliCall call, string name) => call.Arguments.TryGetValue(name, out IReadOnlyList<string>? values) ? values : [];

    private static InstallOptions Options(EsxCliCall call) => new()
    {
        IsDryRun = call.Flag("dryrun"),
        IsForced = call.Flag("force"),
        PretendsMaintenanceMode = call.Flag("maintenancemode"),
        IsForNextBoot = call.Flag("noliveinstall"),
        SkipsSignatures = call.Flag("nosigcheck"),
    };

    private static DataObject VibResult(InstallResult result) => Wire.Of(string.Empty)
        .With("Message", result.Message)
        .With("RebootRequired", result.IsRebootRequired)
        .With("VIBsInstalled", result.Installed.Select(package => package.Id).ToList())
        .With("VIBsRemoved", result.Removed.Select(vib => vib.Id).ToList())
        .With("VIBsSkipped", result.Skipped.Select(package => package.Id).ToList());

    private static DataObject ComponentResult(InstallResult result, IEnumerable<string> installed, IEnumerable<string> removed, IEnumerable<string> skipped) => Wire.Of(string.Empty)
        .With("Message", result.Message)
        .With("ComponentsInstalled", installed.Distinct().ToList())
        .With("ComponentsRemoved", removed.Distinct().ToList())
        .With("ComponentsSkipped", skipped.Distinct().ToList())
        .With("RebootRequired", result.IsRebootRequired);

    private static DataObject Summary(HostSystem host, InstalledVib vib) => Wire.Of(string.Empty)
        .With("AcceptanceLevel", vib.AcceptanceLevel)
        .With("CreationDate", Created(vib))
        .With("ID", vib.Id)
        .With("InstallDate", vib.InstallDate)
        .With("Name", vib.Name)
        .With("Platforms", host.Release.Has("8.0.0.1") ? "host" : null)
        .With("Status", string.Empty)
        .With("Vendor", vib.Vendor)
        .With("Version", vib.Version);

    private static string Created(InstalledVib vib) => vib.Package?.Released?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? vib.InstallDate;

    private static DataObject Detail(HostSystem host, InstalledVib? vib, VibPackage? package) => Wire.Of(string.Empty)
        .With("AcceptanceLevel", vib?.AcceptanceLevel ?? Acceptance.Find(package?.Acceptance)?.CliName)
        .With("Conflicts", package?.Conflicts.Select(each => each.ToString()).ToList())
        .With("CreationDate", vib is not null ? Created(vib) : package?.Released?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
        .With("Depends", package?.Depends.Select(each => each.ToString()).ToList())
        .With("Description", package?.Description ?? string.Empty)
        .With("ID", vib?.Id ?? package?.Id)
        .With("InstallDate", vib?.InstallDate ?? string.Empty)
        .With("LiveInstallAllowed", Text(package?.IsLiveInstallable ?? true))
        .With("LiveRemoveAllowed", Text(package?.IsLiveRemovable ?? true))
        .With("MaintenanceModeRequired", Text(package?.NeedsMaintenanceMode ?? false))
        .With("Name", vib?.Name ?? package?.Name)
        .With("Overlay", Text(package?.IsOverlay ?? false))
        .With("Payloads", package?.Payloads.ToList())
        .With("Platforms", host.Release.Has("8.0.0.1") ? "host" : null)
        .With("Provides", package?.Provides.Select(each => each.ToString()).ToList())
        .With("Replaces", package?.Replaces.Select(each => each.ToString()).ToList())
        .With("StatelessReady", "True")
        .With("Status", string.Empty)
        .With("Summary", package?.Summary ?? string.Empty)
        .With("Tags", package?.Tags.ToList())
        .With("Type", "bootbank")
        .With("Vendor", vib?.Vendor ?? package?.Vendor)
        .With("Version", vib?.Version ?? package?.Version);

    private static string Text(bool value) => value ? "True" : "False";

    private static DataObject Component(HostSystem host, SoftwareComponent component)
    {
        InstalledVib vib = host.Software.Installed.First(each => each.Package?.Component == component);
        return Wire.Of(string.Empty)
            .With("AcceptanceLevel", vib.AcceptanceLevel)
            .With("CreationDate", vib.Package?.Released?.ToString("MM-dd-yyyy", CultureInfo.InvariantCulture) ?? string.Empty)
            .With("DisplayName", component.DisplayName)
            .With("DisplayVersion", component.DisplayVersion)
            .With("Name", component.Name)
            .With("Platforms", host.Release.Has("8.0.0.1") ? "host" : null)
            .With("Vendor", component.Vendor)
            .With("Version", component.Version);
    }
}
