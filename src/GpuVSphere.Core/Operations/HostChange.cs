using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>What is changed on one host. The derived class says what is read, sent and read back.</summary>
internal abstract class HostChange(PlanTarget target, GpuHost host) : IHostChange
{
    public PlanTarget Host => target;

    public ManagedObjectReference? Cluster => host.Cluster;

    public string? ClusterName => host.ClusterName;

    /// <summary>The rows of the plan that is performed; <see cref="HostOperation"/> puts them in.</summary>
    public IReadOnlyList<PlannedChange> Changes { get; internal set; } = [];

    public IReadOnlyList<JournalField> Fields { get; init; } = [];

    public abstract bool HasSomethingToApply { get; }

    public virtual bool NeedsMaintenanceToApply => false;

    public bool NeedsReboot { get; init; }

    public string? Pending { get; init; }

    /// <summary>The host as it was planned with.</summary>
    protected GpuHost Known => host;

    public abstract Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken);

    public abstract Task ApplyAsync(VimSession session, CancellationToken cancellationToken);

    public abstract Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken);

    /// <summary>The host as the inventory has it now.</summary>
    /// <exception cref="GpuVSphereException">HostNotFound.</exception>
    protected async Task<GpuHost> ReadHostAsync(VimSession session, CancellationToken cancellationToken)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Hosts([target.Id.Reference]), cancellationToken).ConfigureAwait(false);
        return inventory.Hosts.FirstOrDefault(other => other.Id.Reference == target.Id.Reference) ?? throw new GpuVSphereException(
            "HostNotFound",
            GpuErrorCategory.ObjectNotFound,
            $"{target.Name} is no longer there: it was removed, or registered anew.",
            target.Name,
            "Get-GpuDevice shows the hosts there are; plan again.");
    }
}
