using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Sets what one vCenter or cluster is to be set to: one call.</summary>
internal sealed class VgpuMigrationChange(PlanTarget target, IReadOnlyList<PlannedChange> rows, IReadOnlyList<JournalField> fields) : ISettingChange
{
    private VgpuMigrationState? _state;

    public PlanTarget Target { get; } = target;

    public IReadOnlyList<PlannedChange> Changes { get; } = rows;

    public IReadOnlyList<JournalField> Fields { get; } = fields;

    public async Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<VimObjectId, VgpuMigrationState> states = await VgpuMigrationReader.ReadAsync(session, [Target], cancellationToken).ConfigureAwait(false);
        _state = states.TryGetValue(Target.Id, out VgpuMigrationState? state) ? state : throw VgpuMigrationOperation.NotFound(Target);
        return Changes.ToDictionary(row => row.Property, row => state.Value(row.Property));
    }

    public Task ApplyAsync(VimSession session, CancellationToken cancellationToken)
    {
        if (_state?.Setting is { } setting)
        {
            return session.WriteSettingAsync(setting, Changes.Single(row => row.Property == MigrationReader.HotMigrateKey).After == "true", cancellationToken);
        }

        string? enabled = Changes.FirstOrDefault(row => row.Property == VgpuMigrationState.DrsProperty)?.After;
        string? level = Changes.FirstOrDefault(row => row.Property == VgpuMigrationState.AutomationProperty)?.After;
        return session.ConfigureDrsAsync(
            Target.Id.Reference,
            enabled is null ? null : enabled == "on",
            level is null ? null : DrsSettings.WriteLevel(VgpuMigrationState.Level(level)),
            _state!.OptionsToSend(Changes),
            cancellationToken);
    }
}
