using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>Changes nothing: only what an earlier run still holds on the host is given back.</summary>
internal sealed class GiveBackOnly(PlanTarget host) : IHostChange
{
    public PlanTarget Host { get; } = host;

    public ManagedObjectReference? Cluster => null;

    public string? ClusterName => null;

    public IReadOnlyList<PlannedChange> Changes => [];

    public IReadOnlyList<JournalField> Fields => [];

    public bool HasSomethingToApply => false;

    public bool NeedsMaintenanceToApply => false;

    public bool NeedsReboot => false;

    public string? Pending => null;

    public Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?>());

    public Task ApplyAsync(VimSession session, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken) =>
        Task.FromResult(new HostVerification(HostChangeState.InForce, string.Empty));
}
