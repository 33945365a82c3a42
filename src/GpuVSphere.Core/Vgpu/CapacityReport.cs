using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>Puts capacities into the rows that are shown. Pure.</summary>
public static class CapacityReport
{
    /// <summary>The profiles that a host offers.</summary>
    /// <param name="capacity">The host.</param>
    /// <param name="host">The host as it was read.</param>
    /// <param name="isMeant">Which profiles are meant, by name.</param>
    public static IReadOnlyList<VgpuProfile> Profiles(HostCapacity capacity, VgpuHost host, Func<string, bool> isMeant) =>
        [.. (host.OfferedProfiles ?? []).Where(isMeant).Select(name => Profile(capacity, host, name)).OrderBy(profile => profile.Sharing).ThenBy(profile => profile.Series).ThenByDescending(profile => profile.MemoryMB)];

    /// <summary>One row for each GPU of a host.</summary>
    /// <param name="capacity">The host.</param>
    /// <param name="host">The host as it was read.</param>
    public static IReadOnlyList<GpuCapacity> Gpus(HostCapacity capacity, VgpuHost host) => [.. capacity.Gpus.Select(use => new GpuCapacity
    {
        HostId = capacity.Host.Id,
        HostName = capacity.Host.Name,
        ServerName = capacity.Host.ServerName,
        ClusterName = capacity.Host.ClusterName,
        Address = use.Device.Address,
        Model = use.Device.Model ?? use.Device.Name,
        Mode = use.Mode,
        Obstacle = use.Obstacle,
        NotInUse = use.NotInUse,
        Pending = use.Pending,
        AssignmentPolicy = use.Mode == GpuVgpuMode.SameSize ? host.AssignmentPolicy : null,
        LockedMemoryMB = use.LockedMemoryMB,
        LockedProfile = use.LockedProfile,
        FreePlaces = use.FreePlaces,
        IdleInstances = use.IdleInstances,
        Profiles = use.Profiles,
        MemoryMB = use.MemoryMB,
        FreeMemoryMB = use.NotInUse is null && use.MemoryMB - use.UsedMemoryMB is { } free ? Math.Max(0, free) : null,
        Running = use.Running,
        VMs = Names(use.Running),
    })];

    /// <summary>One row for each GPU of a host, for a profile.</summary>
    /// <param name="capacity">The host.</param>
    /// <param name="profile">The profile.</param>
    public static IReadOnlyList<VgpuCapacity> Gpus(HostCapacity capacity, string profile)
    {
        VgpuFit fit = capacity.Fit(profile);
        return [.. fit.Gpus.Zip(capacity.Gpus, (gpu, use) => new VgpuCapacity
        {
            VgpuProfile = fit.Profile,
            HostId = capacity.Host.Id,
            HostName = capacity.Host.Name,
            ServerName = capacity.Host.ServerName,
            ClusterName = capacity.Host.ClusterName,
            Address = gpu.Device.Address,
            Model = gpu.Device.Model ?? gpu.Device.Name,
            Mode = use.Mode,
            CanStart = gpu.CanStart,
            MayStart = gpu.MayStart,
            IsNext = fit.Next.Contains(gpu.Device.Address),
            FreePlacements = gpu.FreePlacements,
            Obstacle = gpu.Obstacle,
            Why = gpu.Why,
            InTheWay = Names(gpu.InTheWay),
            Notes = fit.Notes,
        })];
    }

    /// <summary>One row for each cluster, and for each host that is in none.</summary>
    /// <param name="capacities">The hosts; those without NVIDIA GPUs do not count, and with a profile only those with a GPU for it.</param>
    /// <param name="profile">The profile that is asked for, or null.</param>
    public static IReadOnlyList<ClusterCapacity> Clusters(IReadOnlyList<HostCapacity> capacities, string? profile) => [.. capacities
        .Where(capacity => capacity.Gpus.Count > 0 && (profile is null || capacity.HasGpuFor(profile) || !capacities.Any(other => other.HasGpuFor(profile))))
        .GroupBy(capacity => (capacity.Host.Id.ServerUuid, capacity.Host.Cluster, Host: capacity.Host.Cluster is null ? capacity.Host.Name : string.Empty))
        .Select(cluster => Cluster([.. cluster], profile))
        .OrderBy(cluster => cluster.ServerName, StringComparer.OrdinalIgnoreCase)
        .ThenBy(cluster => cluster.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The profiles that hosts offer whose names are nearest to one that none of them offers; none where no name is near.</summary>
    /// <param name="profile">What was typed.</param>
    /// <param name="hosts">The hosts that were asked.</param>
    public static IReadOnlyList<string> Near(string profile, IEnumerable<VgpuHost> hosts)
    {
        const int Most = 5;
        return NearNames.Find(profile.Trim(), hosts.SelectMany(host => host.OfferedProfiles ?? []), Most);
    }

    private static ClusterCapacity Cluster(IReadOnlyList<HostCapacity> hosts, string? profile)
    {
        GpuUse[] gpus = [.. hosts.SelectMany(host => host.Gpus)];
        GpuUse[] inUse = [.. gpus.Where(gpu => gpu.NotInUse is null)];
        (HostCapacity Host, VgpuFit Fit)[] fits = profile is null ? [] : [.. hosts.Select(host => (host, host.Fit(profile)))];
        return new ClusterCapacity
        {
            Name = hosts[0].Host.ClusterName ?? hosts[0].Host.Name,
            ServerName = hosts[0].Host.ServerName,
            HostCount = hosts.Count,
            HostsNotReady = [.. hosts.Where(host => host.NotReady is not null).Select(host => host.Host.Name)],
            GpuCount = gpus.Length,
            VgpuGpuCount = inUse.Length,
            EmptyGpuCount = inUse.Count(gpu => gpu.Running.Count == 0 && gpu.UsedMemoryMB == 0),
            MemoryMB = inUse.Sum(gpu => gpu.MemoryMB ?? 0),
            FreeMemoryMB = inUse.Sum(gpu => Math.Max(0, gpu.MemoryMB - gpu.UsedMemoryMB ?? 0)),
            Modes = [.. inUse.GroupBy(gpu => gpu.Mode).OrderBy(mode => mode.Key).Select(mode => FormattableString.Invariant($"{mode.Key} {mode.Count()}"))],
            Profiles = [.. gpus.SelectMany(gpu => gpu.Profiles).Distinct().OrderBy(name => name, StringComparer.OrdinalIgnoreCase)],
            VMs = Names([.. gpus.SelectMany(gpu => gpu.Running)]),
            VMCount = gpus.SelectMany(gpu => gpu.Running).Select(vgpu => vgpu.VmId).Distinct().Count(),
            VgpuProfile = fits.Length == 0 ? profile : fits[0].Fit.Profile,
            CanStart = profile is null ? null : fits.Sum(one => one.Fit.CanStart),
            MayStart = profile is null ? null : fits.Sum(one => one.Fit.MayStart),
            Where = [.. fits.Where(one => one.Fit.MayStart > 0).Select(one => $"{one.Host.Host.Name} {Count(one.Fit)}")],
            Why = [.. fits.Where(one => one.Fit.Why is not null && one.Fit.Gpus.Any(gpu => gpu.Obstacle is not GpuObstacle.OtherGpu)).Select(one => one.Fit.Why!).Distinct()],
            InTheWay = Names([.. fits.SelectMany(one => one.Fit.InTheWay)]),
        };
    }

    private static VgpuProfile Profile(HostCapacity capacity, VgpuHost host, string name)
    {
        ProfileFacts facts = capacity.FactsOf(name);
        VgpuFit fit = capacity.Fit(name);
        GpuUse[] own = [.. capacity.Gpus.Where(use => capacity.Has(use.Device, facts) != false)];
        SharedGpuCapabilities? can = host.Capabilities.TryGetValue(name, out SharedGpuCapabilities? known) ? known : null;
        return new VgpuProfile
        {
            Name = name,
            HostId = capacity.Host.Id,
            HostName = capacity.Host.Name,
            ServerName = capacity.Host.ServerName,
            ClusterName = capacity.Host.ClusterName,
            Devices = [.. own.Select(use => use.Device.Address)],
            MemoryMB = facts.MemoryMB,
            Series = facts.Series,
            Sharing = facts.IsMig is { } isMig ? isMig ? VgpuSharing.Mig : VgpuSharing.TimeSliced : null,
            Licence = facts.Series is { } series ? VgpuType.LicenceOf(series) : null,
            CanMigrate = can?.CanMigrate,
            CanSuspend = can?.CanSuspend,
            CanSnapshotDisk = can?.CanSnapshotDisk,
            CanSnapshotMemory = can?.CanSnapshotMemory,
            MaxPerGpu = own.Length > 0 && own.All(use => use.Mode == GpuVgpuMode.MixedSize) ? facts.Type?.MaxPerGpuMixed : own.Length > 0 ? capacity.MaxPerGpu(own[0].Device, facts) : facts.Type?.MaxPerGpu,
            Confidence = facts.Confidence,
            CanStart = fit.CanStart,
            MayStart = fit.MayStart,
            Why = fit.Why,
            InTheWay = Names(fit.InTheWay),
            Notes = fit.Notes,
        };
    }

    private static string Count(VgpuFit fit) => fit.CanStart == fit.MayStart
        ? fit.CanStart.ToString(CultureInfo.InvariantCulture)
        : string.Format(CultureInfo.InvariantCulture, "{0}-{1}", fit.CanStart, fit.MayStart);

    private static IReadOnlyList<string> Names(IReadOnlyList<RunningVgpu> vgpus) =>
        [.. vgpus.Select(vgpu => vgpu.VmName).Distinct().OrderBy(name => name, StringComparer.OrdinalIgnoreCase)];
}
