using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>What a user can ask for so that VMs with vGPUs move, as an intent. <c>GpuOperations</c> makes an operation of it.</summary>
public static class VgpuMigrationIntents
{
    /// <summary>vCenters are to let running VMs with vGPUs move, and DRS of clusters is to do what is wished.</summary>
    /// <param name="vCenters">The vCenters, as <see cref="TargetOf"/> gives them.</param>
    /// <param name="clusters">The clusters.</param>
    /// <param name="wish">What is wanted of DRS of the clusters.</param>
    /// <param name="skipRules">The ids of rules that do not block.</param>
    /// <exception cref="GpuVSphereException">InvalidDrsOption, InvalidTimeout.</exception>
    public static ChangeIntent Enable(IEnumerable<PlanTarget> vCenters, IEnumerable<PlanTarget> clusters, VgpuMigrationWish wish, IReadOnlyList<string> skipRules)
    {
        IReadOnlyDictionary<string, string> drs = wish.ToWanted();
        IReadOnlyDictionary<string, string> setting = new Dictionary<string, string> { [MigrationReader.HotMigrateKey] = "true" };
        return new ChangeIntent(
            VgpuMigrationOperation.IntentKind,
            "Let VMs with vGPUs move",
            [.. vCenters.Distinct().Select(vCenter => new IntentTarget(vCenter, setting)), .. clusters.Distinct().Select(cluster => new IntentTarget(cluster, drs))],
            new HostChangeOptions { SkipRules = skipRules }.ToOptions());
    }

    /// <summary>The settings of a vCenter, as an object that a plan changes.</summary>
    /// <param name="session">The vCenter.</param>
    /// <exception cref="GpuVSphereException">NotAVCenter: a host that is connected to directly has no such settings.</exception>
    public static PlanTarget TargetOf(VimSession session) => new(new VimObjectId(session.ServerUuid, SettingCalls.Manager(session)), session.ServerName, session.ServerName);
}
