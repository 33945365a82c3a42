using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Vim;

namespace GpuVSphere.Passthrough;

/// <summary>The passthrough settings of one host, sent in one call and read back.</summary>
internal sealed class HostPassthroughChange(PlanTarget target, GpuHost host) : HostChange(target, host)
{
    /// <summary>All that is wanted, also what is so already: the result is held against it.</summary>
    public IReadOnlyList<HostPassthroughWish> Wishes { get; init; } = [];

    /// <summary>The devices that are sent; the host switches what depends on them.</summary>
    public IReadOnlyList<GpuDevice> Sent { get; init; } = [];

    public override bool HasSomethingToApply => Sent.Count > 0;

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
            isSwitched && Known.CanRebindWithoutReboot ? true : null,
            isLabelled ? wish.Label : null);
    })];

    public override async Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken) =>
        HostPassthroughState.Read(await ReadHostAsync(session, cancellationToken).ConfigureAwait(false));

    public override Task ApplyAsync(VimSession session, CancellationToken cancellationToken) =>
        session.UpdatePassthruConfigAsync(Known.PciPassthruSystem, Configs(), cancellationToken);

    public override async Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken) =>
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
}
