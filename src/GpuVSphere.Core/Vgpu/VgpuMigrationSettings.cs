using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>What of a vCenter and a cluster decides whether VMs with vGPUs move, and DRS moves them, as it was read.</summary>
public sealed record VgpuMigrationSettings
{
    /// <summary>The cluster's name; null where only the vCenter was asked about.</summary>
    public string? ClusterName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>Whether vCenter lets running VMs with vGPUs move (<c>vgpu.hotmigrate.enabled</c>); null when that could not be read.</summary>
    public bool? HotMigrateEnabled { get; init; }

    /// <summary>Whether DRS is on; null without a cluster, or when that could not be read.</summary>
    public bool? DrsEnabled { get; init; }

    /// <summary>How much DRS does by itself; null as for <see cref="DrsEnabled"/>.</summary>
    public DrsAutomation? DrsAutomation { get; init; }

    /// <summary>The DRS option <c>VgpuMMAutomationTimeoutSecs</c>; null when it is not set.</summary>
    public int? MaintenanceTimeoutSeconds { get; init; }

    /// <summary>The advanced options of DRS.</summary>
    public IReadOnlyDictionary<string, string> DrsOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>How many VMs have a DRS setting of their own.</summary>
    public int VMOverrideCount { get; init; }

    /// <summary>Reads the objects of a change.</summary>
    /// <param name="session">The vCenter.</param>
    /// <param name="targets">Its settings, as <see cref="VgpuMigrationIntents.TargetOf"/> gives them, and clusters.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One entry for each cluster; where there is none, one for the vCenter.</returns>
    /// <exception cref="GpuVSphereException">The server cannot be reached; NotAVCenter.</exception>
    public static async Task<IReadOnlyList<VgpuMigrationSettings>> ReadAsync(VimSession session, IReadOnlyCollection<PlanTarget> targets, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<VimObjectId, VgpuMigrationState> states = await VgpuMigrationReader.ReadAsync(session, targets, cancellationToken).ConfigureAwait(false);
        bool? hotMigrate = states.Values.Select(state => state.Setting).FirstOrDefault(setting => setting is not null)?.IsTrue;
        VgpuMigrationSettings[] clusters = [.. targets
            .Where(target => states.TryGetValue(target.Id, out VgpuMigrationState? state) && state.Setting is null)
            .Select(target => Of(target, states[target.Id], hotMigrate))];
        return clusters.Length > 0 ? clusters : [new VgpuMigrationSettings { ServerName = session.ServerName, HotMigrateEnabled = hotMigrate }];
    }

    private static VgpuMigrationSettings Of(PlanTarget target, VgpuMigrationState state, bool? hotMigrate) => new()
    {
        ClusterName = target.Name,
        ServerName = target.ServerName,
        HotMigrateEnabled = hotMigrate,
        DrsEnabled = state.Drs?.IsEnabled,
        DrsAutomation = state.Drs?.Automation,
        MaintenanceTimeoutSeconds = int.TryParse(state.Drs?.Option(DrsSettings.MaintenanceOption), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? seconds : null,
        DrsOptions = (state.Drs?.Options ?? []).GroupBy(option => option.Key).ToDictionary(option => option.Key, option => option.Last().Value),
        VMOverrideCount = state.Drs?.VmLevels.Count ?? 0,
    };
}
