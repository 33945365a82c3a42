using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Model.Software;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The software image of a host over vim25 (facts: vim25-gpu.md 6, types-core.txt).</summary>
internal sealed class HostImageConfigManager(MoRef reference, SimulatedInventory inventory, HostSystem host) : ModelObject(reference, inventory)
{
    private static readonly Dictionary<string, string> s_relations = new()
    {
        ["="] = "equals",
        ["<<"] = "lessThan",
        ["<="] = "lessThanEqual",
        [">="] = "greaterThanEqual",
        [">>"] = "greaterThan",
    };

    public override MoRef Entity => host.Reference;

    public override IEnumerable<string> PropertyNames => [];

    public override object? GetProperty(string name) => null;

    protected override object? Invoke(MethodCall call)
    {
        host.RequireConnected();
        switch (call.Method)
        {
            case "HostImageConfigGetAcceptance":
                return host.Software.Level.ApiName;
            case "HostImageConfigGetProfile":
                return Wire.Of("HostImageProfileSummary").With("name", host.Software.ProfileName).With("vendor", "VMware, Inc.");
            case "UpdateHostImageAcceptanceLevel":
                HostAcceptance.Set(host, call.Arguments.RequiredText("newAcceptanceLevel"), Faults.PlatformConfig);
                return null;
            case "fetchSoftwarePackages":
                return Wire.List(host.Software.Listed.Select(Package));
            case "installDate":
                return Inventory.Options.StartTime.AddDays(-100);
            default:
                throw Faults.MethodNotFound(call, Reference);
        }
    }

    private static DataObject Package(InstalledVib vib)
    {
        VibPackage package = vib.Package ?? new VibPackage { Name = vib.Name, Version = vib.Version, Vendor = vib.Vendor };
        return Wire.Of("SoftwarePackage")
            .With("name", vib.Name)
            .With("version", vib.Version)
            .With("type", "bootbank")
            .With("vendor", vib.Vendor)
            .With("acceptanceLevel", Acceptance.Find(vib.AcceptanceLevel)?.ApiName ?? "community")
            .With("summary", package.Summary)
            .With("description", package.Description)
            .With("creationDate", System.DateTimeOffset.TryParse(vib.InstallDate, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out System.DateTimeOffset installed) ? installed : null)
            .With("depends", Relations(package.Depends))
            .With("conflicts", Relations(package.Conflicts))
            .With("replaces", Relations(package.Replaces))
            .With("provides", package.Provides.Select(each => (object)each.ToString()).ToList())
            .With("maintenanceModeRequired", package.NeedsMaintenanceMode)
            .With("capability", Wire.Of("SoftwarePackageCapability")
                .With("liveInstallAllowed", package.IsLiveInstallable)
                .With("liveRemoveAllowed", package.IsLiveRemovable)
                .With("statelessReady", true)
                .With("overlay", package.IsOverlay))
            .With("tag", package.Tags.Select(tag => (object)tag).ToList())
            .With("payload", package.Payloads.Select(payload => (object)payload).ToList());
    }

    private static List<object> Relations(IEnumerable<VibConstraint> constraints) => Wire.List(constraints.Select(each => Wire.Of("Relation")
        .With("constraint", s_relations.TryGetValue(each.Relation, out string? relation) ? relation : null)
        .With("name", each.Name)
        .With("version", each.Version.Length > 0 ? each.Version : null)));
}
