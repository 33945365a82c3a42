using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What a user can ask for of vGPU schedulers, as intents. <c>GpuOperations</c> makes operations of them.</summary>
public static class SchedulerIntents
{
    /// <summary>The vGPU schedulers of hosts, or of single GPUs, are to be set.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="devices">The GPUs that are meant, by host; a host that is not in it means all of its GPUs, and those that it will have.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="timeSliceMs">The time slice in milliseconds, 1 to 30; null for the driver's default.</param>
    /// <param name="usesShell">Whether the hosts' shells may be used, to read what is in force and to set live; else the next boot brings it.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">TimeSliceInvalid: it is out of range, or best effort, which has none, is asked for.</exception>
    public static ChangeIntent Set(
        IEnumerable<GpuHost> hosts,
        IReadOnlyDictionary<GpuHost, IReadOnlyList<PciAddress>> devices,
        VgpuSchedulerPolicy policy,
        int? timeSliceMs,
        bool usesShell,
        HostChangeOptions options)
    {
        options.Validate();
        if (timeSliceMs is { } slice && (policy == VgpuSchedulerPolicy.BestEffort || slice is < SchedulerSetting.ShortestMs or > SchedulerSetting.LongestMs))
        {
            throw new GpuVSphereException(
                "TimeSliceInvalid",
                GpuErrorCategory.InvalidArgument,
                policy == VgpuSchedulerPolicy.BestEffort
                    ? "The best effort scheduler has no time slice."
                    : FormattableString.Invariant($"A time slice of {slice} ms is not possible: the driver takes {SchedulerSetting.ShortestMs} to {SchedulerSetting.LongestMs} ms."),
                null,
                policy == VgpuSchedulerPolicy.BestEffort ? "Leave the time slice out, or ask for EqualShare or FixedShare." : null);
        }

        SchedulerSetting setting = new(policy, timeSliceMs);
        return new ChangeIntent(
            SchedulerFactory.IntentKind,
            "Set the vGPU scheduler to " + setting,
            [.. hosts.Select(host => new IntentTarget(
                new PlanTarget(host.Id, host.Name, host.ServerName),
                Wanted(devices.TryGetValue(host, out IReadOnlyList<PciAddress>? some) ? some : null, setting, usesShell)))],
            options.ToOptions());
    }

    private static Dictionary<string, string> Wanted(IReadOnlyList<PciAddress>? devices, SchedulerSetting setting, bool usesShell)
    {
        Dictionary<string, string> wanted = new(StringComparer.Ordinal);
        foreach (string name in devices is null ? [SchedulerWish.ForAll] : devices.Distinct().OrderBy(address => address).Select(address => SchedulerWish.DevicePrefix + address))
        {
            wanted[name] = setting.ToWord();
        }

        if (!usesShell)
        {
            wanted[SchedulerWish.NoShell] = "true";
        }

        return wanted;
    }
}
