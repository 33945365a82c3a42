using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Passthrough;

/// <summary>The passthrough settings of one host, sent in one call and read back.</summary>
internal sealed class HostPassthroughChange(PlanTarget target, GpuHost host) : IHostChange
{
    public PlanTarget Host => target;

    public ManagedObjectReference? Cluster => host.Cluster;

    public string? ClusterName => host.ClusterName;

    public IReadOnlyList<PlannedChange> Changes { get; init; } = [];

    public IReadOnlyList<JournalField> Fields { get; init; } = [];

    /// <summary>All that is wanted, also what is so already: the result is held against it.</summary>
    public IReadOnlyList<HostPassthroughWish> Wishes { get; init; } = [];

    /// <summary>The devices that are sent; the host switches what depends on them.</summary>
    public IReadOnlyList<GpuDevice> Sent { get; init; } = [];

    public bool HasSomethingToApply => Sent.Count > 0;

    public bool NeedsMaintenanceToApply => false;

    public bool NeedsReboot { get; init; }

    public string? Pending { get; init; }

    public HostPassthroughChange With(IReadOnlyList<PlannedChange> changes) => new(target, host)
    {
        Changes = changes,
        Fields = Fields,
        Wishes = Wishes,
        Sent = Sent,
        NeedsReboot = NeedsReboot,
        Pending = Pending,
    };

    /// <summary>The configuration that is sent.</summary>
    public IReadOnlyList<PassthruConfig> Configs() => [.. Sent.Select(device =>
    {
        HostPassthroughWish wish = Wishes.First(wish => wish.Address == device.Address);
        bool enabled = wish.Enabled ?? device.IsEnabled;
        bool isSwitched = wish.Enabled is not null && (enabled != device.IsEnabled || enabled != device.IsActive);
        bool isLabelled = wish.Label is not null && wish.Label != (device.Label ?? string.Empty);
        return new PassthruConfig(
            device.Address.ToString(),
            enabled,
            isSwitched && host.CanRebindWithoutReboot ? true : null,
            isLabelled ? wish.Label : null);
    })];

    public async Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken) =>
        HostPassthroughState.Read(await ReadHostAsync(session, cancellationToken).ConfigureAwait(false));

    public Task ApplyAsync(VimSession session, CancellationToken cancellationToken) =>
        session.UpdatePassthruConfigAsync(host.PciPassthruSystem, Configs(), cancellationToken);

    public async Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken) =>
        Verify(await ReadHostAsync(session, cancellationToken).ConfigureAwait(false));

    /// <summary>Holds what is seen against what is wanted.</summary>
    internal HostVerification Verify(GpuHost seen)
    {
        HostChangeState state = HostChangeState.InForce;
        List<string> texts = [];
        foreach (HostPassthroughWish wish in Wishes)
        {
            GpuDevice? device = seen.Devices.FirstOrDefault(device => device.Address == wish.Address);
            if (device is null)
            {
                texts.Add($"{wish.Address} is not seen on the host.");
                state = HostChangeState.NotApplied;
                continue;
            }

            if (wish.Enabled is { } enabled)
            {
                texts.Add($"{wish.Address} is {HostPassthroughState.ConfiguredText(device.IsEnabled)} and {(device.IsActive ? "active" : "not active")}.");
                HostChangeState reached = device.IsEnabled != enabled ? HostChangeState.NotApplied
                    : device.IsActive != enabled ? HostChangeState.RebootPending
                    : HostChangeState.InForce;
                state = reached < state ? reached : state;
            }

            if (wish.Label is { } label)
            {
                texts.Add(string.IsNullOrEmpty(device.Label) ? $"{wish.Address} has no label." : $"{wish.Address} has the label '{device.Label}'.");
                state = (device.Label ?? string.Empty) == label ? state : HostChangeState.NotApplied;
            }
        }

        return new HostVerification(state, string.Join(" ", texts));
    }

    private async Task<GpuHost> ReadHostAsync(VimSession session, CancellationToken cancellationToken)
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
