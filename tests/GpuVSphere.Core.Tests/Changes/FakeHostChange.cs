using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

/// <summary>Switches the one device of a <see cref="FakeHost"/> on, planned from the host as it is now.</summary>
internal sealed class FakeHostChange : IHostChange
{
    private readonly FakeHost _host;

    public FakeHostChange(FakeHost host, HostChangeOptions options)
    {
        _host = host;
        List<PlannedChange> changes = [];
        HasSomethingToApply = !host.IsEnabled;
        NeedsReboot = !host.IsActive;
        if (!host.IsEnabled)
        {
            changes.Add(new PlannedChange(host.Target, "configured", "no", "yes"));
            Fields = [new JournalField("device", "disabled", "enabled")];
        }

        if (NeedsReboot && options.Reboot && host.Vms.Any(vm => vm.IsRunning))
        {
            changes.Add(new PlannedChange(host.Target, HostRebootPlan.RunningVms, string.Join(", ", host.Vms.Where(vm => vm.IsRunning).Select(vm => vm.Name)), "off"));
        }

        if (NeedsReboot && (options.Reboot || HasSomethingToApply))
        {
            changes.Add(new PlannedChange(host.Target, "active", "no", "yes", ChangeNeeds.Reboot));
        }

        Pending = changes.Count == 0 && NeedsReboot ? "waits for a reboot" : null;
        Changes = changes;
    }

    public PlanTarget Host => _host.Target;

    public ManagedObjectReference? Cluster => _host.Cluster is null ? null : new ManagedObjectReference("ClusterComputeResource", _host.Cluster);

    public string? ClusterName => _host.Cluster;

    public IReadOnlyList<PlannedChange> Changes { get; init; }

    public IReadOnlyList<JournalField> Fields { get; init; } = [];

    public bool HasSomethingToApply { get; init; }

    public bool NeedsMaintenanceToApply { get; init; }

    public bool NeedsReboot { get; init; }

    public string? Pending { get; init; }

    /// <summary>Whether the host does what is asked at once.</summary>
    public bool IsEffectiveAtOnce { get; init; }

    public Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken) =>
        _host.CallAsync<IReadOnlyDictionary<string, string?>>("values?", cancellationToken, () => new Dictionary<string, string?>
        {
            ["configured"] = _host.IsEnabled ? "yes" : "no",
            ["active"] = _host.IsActive ? "yes" : "no",
        });

    public Task ApplyAsync(VimSession session, CancellationToken cancellationToken) => _host.CallAsync("apply", cancellationToken, () =>
    {
        _host.IsEnabled = true;
        _host.IsActive |= IsEffectiveAtOnce;
        return true;
    });

    public Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken) => _host.CallAsync("verify?", cancellationToken, () => new HostVerification(
        !_host.IsEnabled ? HostChangeState.NotApplied : !_host.IsActive ? HostChangeState.RebootPending : HostChangeState.InForce,
        $"enabled {_host.IsEnabled}, active {_host.IsActive}."));
}
