using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.Decision;

namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>
/// The room on the hosts that take VMs, as it shrinks while VMs are placed: places for vGPUs by the capacity code, memory that can be reserved, free devices for
/// dynamic DirectPath. A copy of it is a trial.
/// </summary>
internal sealed class EvacuationRoom
{
    private const string FirstMigration = "6.7.1";

    private readonly IReadOnlyList<MaintenanceHost> _hosts;
    private readonly Dictionary<MaintenanceHost, HostCapacity> _capacity;
    private readonly Dictionary<MaintenanceHost, long?> _memory;
    private readonly HashSet<GpuDevice> _taken;

    // Places that were given although they are not certain: the capacity does not count them.
    private readonly Dictionary<(MaintenanceHost Host, string Profile), int> _doubtful;

    // What a host said to a VM stands for all VMs of the same host that need the same, until something is placed on it.
    private readonly Dictionary<MaintenanceHost, Dictionary<string, (EvacuationTarget Target, int Left)>> _said;

    // As long as nothing is placed on a host, what fits on it stays the same; working that out is what takes time.
    private readonly Dictionary<(MaintenanceHost Host, string Profile), VgpuFit> _fits;

    public EvacuationRoom(IReadOnlyList<MaintenanceHost> hosts)
    {
        _hosts = hosts;
        _capacity = hosts.ToDictionary(host => host, host => host.Capacity);
        _memory = hosts.ToDictionary(host => host, host => host.Host.MemoryMB - host.Vms.Where(vm => vm.IsRunning).Sum(Reserved));
        _taken = [];
        _doubtful = [];
        _fits = [];
        _said = hosts.ToDictionary(host => host, _ => new Dictionary<string, (EvacuationTarget Target, int Left)>(StringComparer.OrdinalIgnoreCase));
    }

    private EvacuationRoom(EvacuationRoom other)
    {
        _hosts = other._hosts;
        _capacity = new Dictionary<MaintenanceHost, HostCapacity>(other._capacity);
        _memory = new Dictionary<MaintenanceHost, long?>(other._memory);
        _taken = [.. other._taken];
        _doubtful = new Dictionary<(MaintenanceHost Host, string Profile), int>(other._doubtful);
        _fits = new Dictionary<(MaintenanceHost Host, string Profile), VgpuFit>(other._fits);
        _said = other._said.ToDictionary(host => host.Key, host => new Dictionary<string, (EvacuationTarget Target, int Left)>(host.Value, StringComparer.OrdinalIgnoreCase));
    }

    public EvacuationRoom Copy() => new(this);

    /// <summary>What each host says to a VM now.</summary>
    /// <param name="source">The host it is on.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="isLive">Whether it is moved while it runs; else it is started there anew.</param>
    public IReadOnlyList<EvacuationTarget> Ask(MaintenanceHost source, GpuVm vm, bool isLive)
    {
        string need = Need(source, vm, isLive);
        return [.. Of(source).Select(host => Hear(source, host, vm, isLive, need).Target)];
    }

    /// <summary>Places a VM: on the host that has the least room left for it of those that take it for certain, else on one that may.</summary>
    /// <returns>The place; null when no host takes it.</returns>
    public EvacuationTarget? Place(MaintenanceHost source, GpuVm vm, bool isLive)
    {
        string need = Need(source, vm, isLive);
        (MaintenanceHost Host, EvacuationTarget Target, int Left)[] open = [.. Of(source)
            .Select(host => (Host: host, Said: Hear(source, host, vm, isLive, need)))
            .Where(one => one.Said.Target.Verdict != false)
            .Select(one => (one.Host, one.Said.Target, one.Said.Left))
            .OrderByDescending(one => one.Target.Verdict == true)
            .ThenBy(one => one.Left)
            .ThenBy(one => one.Host.Host.Name, StringComparer.OrdinalIgnoreCase)];
        if (open.Length == 0)
        {
            return null;
        }

        Take(open[0].Host, vm);
        return open[0].Target;
    }

    /// <summary>All of a VM that decides, and nothing of what it is called.</summary>
    public static string Need(MaintenanceHost source, GpuVm vm, bool isLive) => string.Join("|", [
        source.Host.Id.Reference.Value,
        isLive ? "live" : "cold",
        Reserved(vm).ToString(CultureInfo.InvariantCulture),
        .. vm.PciDevices.Select(device => device.VgpuProfile ?? string.Join(",", device.AllowedDevices.Select(id => id.ToString())) + device.CustomLabel),
        .. vm.PciDevices.Any(device => device.DeviceGroup is not null) ? new[] { "group" } : [],
        .. source.Capacity.Gpus.Where(use => use.Running.Any(running => running.VmId == vm.Id)).Select(use => use.Device.Address.ToString()),
    ]);

    private IEnumerable<MaintenanceHost> Of(MaintenanceHost source) => _hosts.Where(host =>
        host.Host.Id != source.Host.Id && host.Host.Cluster is not null && host.Host.Cluster == source.Host.Cluster && host.Host.Id.ServerUuid == source.Host.Id.ServerUuid);

    private static long Reserved(GpuVm vm) => vm.IsMemoryReservationLocked ? Math.Max(vm.MemoryMB, vm.MemoryReservationMB) : vm.MemoryReservationMB;

    private static string[] Profiles(GpuVm vm) => [.. vm.PciDevices.Select(device => device.VgpuProfile).OfType<string>()];

    private int Left(MaintenanceHost host, GpuVm vm) => Profiles(vm).FirstOrDefault() is { } first ? Fit(host, first).MayStart : 0;

    private VgpuFit Fit(MaintenanceHost host, string profile)
    {
        (MaintenanceHost, string) key = (host, profile.ToUpperInvariant());
        return _fits.TryGetValue(key, out VgpuFit? fit) ? fit : _fits[key] = _capacity[host].Fit(profile);
    }

    // Of one profile the fit tells it all; several have to find room together.
    private VgpuStart Start(MaintenanceHost host, string[] profiles)
    {
        if (profiles.Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1)
        {
            return _capacity[host].CanStart(profiles);
        }

        VgpuFit fit = Fit(host, profiles[0]);
        return fit.Fits(profiles.Length) switch
        {
            true => new VgpuStart(true, null, null, null),
            false => new VgpuStart(false, fit.Profile, fit, $"{(fit.MayStart == 0 ? "No more" : $"Only {fit.MayStart} more")} {fit.Profile} can start on {host.Host.Name}. {fit.Why}"),
            _ => new VgpuStart(null, fit.Profile, fit, $"{fit.CanStart} to {fit.MayStart} more {fit.Profile} can start on {host.Host.Name}. {fit.Notes.FirstOrDefault()}"),
        };
    }

    private (EvacuationTarget Target, int Left) Hear(MaintenanceHost source, MaintenanceHost host, GpuVm vm, bool isLive, string need)
    {
        if (!_said[host].TryGetValue(need, out (EvacuationTarget Target, int Left) said))
        {
            EvacuationTarget target = Judge(source, host, vm, isLive);
            _said[host][need] = said = (target, target.Verdict == false ? 0 : Left(host, vm));
        }

        return said;
    }

    private EvacuationTarget Judge(MaintenanceHost source, MaintenanceHost host, GpuVm vm, bool isLive)
    {
        string name = host.Host.Name;
        List<string> doubts = [];
        if (_capacity[host].NotReady is { } notReady)
        {
            return new EvacuationTarget(name, false, notReady);
        }

        if (_memory[host] is { } free && free < Reserved(vm))
        {
            return new EvacuationTarget(name, false, $"{name} has {Math.Max(0, free)} MB that can be reserved, and {Reserved(vm)} MB are needed.");
        }

        if (Refuse(source, host, vm, isLive, doubts) is { } why)
        {
            return new EvacuationTarget(name, false, why);
        }

        return doubts.Count == 0 ? new EvacuationTarget(name, true, null) : new EvacuationTarget(name, null, string.Join(" ", doubts));
    }

    private string? Refuse(MaintenanceHost source, MaintenanceHost host, GpuVm vm, bool isLive, List<string> doubts)
    {
        foreach (VmGpu device in vm.PciDevices.Where(device => device.Kind == VmGpuKind.DynamicPassthrough))
        {
            int wanted = vm.PciDevices.Count(other => other.Kind == device.Kind && SameRequest(other, device));
            int free = Free(host, device).Count();
            if (free < wanted)
            {
                return $"{host.Host.Name} has {(free == 0 ? "no" : $"only {free}")} free device for {Describe(device)}.";
            }
        }

        string[] profiles = Profiles(vm);
        if (profiles.Length == 0)
        {
            return null;
        }

        VgpuStart start = Start(host, profiles);
        if (start.Verdict == false)
        {
            return start.Why;
        }

        foreach (IGrouping<string, string> profile in profiles.GroupBy(profile => profile.ToUpperInvariant()))
        {
            if (_doubtful.TryGetValue((host, profile.Key), out int given) && Fit(host, profile.First()).MayStart < given + profile.Count())
            {
                return $"What may still start of {profile.First()} on {host.Host.Name} is needed for other VMs.";
            }
        }

        if (start.Verdict is null && start.Why is { } uncertain)
        {
            doubts.Add(uncertain.Trim());
        }

        if (vm.PciDevices.Any(device => device.DeviceGroup is not null))
        {
            doubts.Add($"The VM has a device group: whether {host.Host.Name} has as many joined GPUs free is not looked at.");
        }

        return isLive ? RefuseLive(source, host, vm, profiles, doubts) : null;
    }

    // The same GPU, ECC, mode and driver at both ends: what a vMotion needs beyond room.
    private string? RefuseLive(MaintenanceHost source, MaintenanceHost host, GpuVm vm, string[] profiles, List<string> doubts)
    {
        if (host.Host.Version.Length > 0 && !VsphereLevel.IsAtLeast(host.Host, FirstMigration))
        {
            return $"{host.Host.Name} runs ESXi before 6.7 U1, to which no running VM with a vGPU moves.";
        }

        foreach (string profile in profiles.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (host.Vgpu.Capabilities.TryGetValue(profile, out SharedGpuCapabilities? can) && !can.CanMigrate)
            {
                return $"{host.Host.Name} says that {profile} cannot be moved while its VM runs.";
            }

            GpuUse[] from = [.. source.Capacity.Gpus.Where(use => use.Running.Any(running => running.VmId == vm.Id && string.Equals(running.Profile, profile, StringComparison.OrdinalIgnoreCase)))];
            if (from.Length == 0)
            {
                from = [.. source.Capacity.Gpus.Where(use => source.Capacity.Has(use.Device, source.Capacity.FactsOf(profile)) == true)];
            }

            HashSet<PciAddress> open = [.. Fit(host, profile).Gpus.Where(gpu => gpu.MayStart > 0).Select(gpu => gpu.Device.Address)];
            GpuUse[] to = [.. _capacity[host].Gpus.Where(use => open.Contains(use.Device.Address))];
            GpuUse[] alike = [.. to.Where(use => from.Length == 0 || from.Any(own => IsSameModel(own.Device, use.Device)))];
            if (alike.Length == 0)
            {
                return $"{host.Host.Name} offers {profile} on {Names(to)}, and the VM runs on {Names(from)}: a running VM moves only between GPUs of one model.";
            }

            if (alike.Length < to.Length)
            {
                doubts.Add($"{host.Host.Name} has GPUs of several models for {profile}, and chooses one of them by itself.");
            }

            GpuUse[] sameMode = [.. alike.Where(use => from.Length == 0 || from.Any(own => own.Mode == use.Mode || own.Mode == GpuVgpuMode.Unknown || use.Mode == GpuVgpuMode.Unknown))];
            if (sameMode.Length == 0)
            {
                doubts.Add($"The GPUs of {host.Host.Name} are in another mode ({alike[0].Mode}) than that of the VM ({from[0].Mode}); NVIDIA asks for the same.");
            }

            if (RefuseEcc(source, host, from, sameMode.Length > 0 ? sameMode : alike) is { } ecc)
            {
                return ecc;
            }
        }

        if (source.Driver is { } here && host.Driver is { } there && here != there)
        {
            doubts.Add($"NVIDIA's driver is {there} on {host.Host.Name} and {here} on {source.Host.Name}; NVIDIA asks for the same, or for one that is compatible.");
        }

        return null;
    }

    private static string? RefuseEcc(MaintenanceHost source, MaintenanceHost host, GpuUse[] from, GpuUse[] to)
    {
        bool?[] here = [.. from.Select(use => Ecc(source, use.Device)).Where(ecc => ecc is not null).Distinct()];
        bool?[] there = [.. to.Select(use => Ecc(host, use.Device)).Distinct()];
        return here.Length == 1 && there.All(ecc => ecc is not null && ecc != here[0])
            ? $"ECC is {(here[0] == true ? "on" : "off")} on the GPU of the VM and {(here[0] == true ? "off" : "on")} on {host.Host.Name}: a running VM moves only between GPUs with the same."
            : null;
    }

    private static bool? Ecc(MaintenanceHost host, GpuDevice device) => host.Told.LastOrDefault(gpu => gpu.Address == device.Address)?.EccCurrent;

    // By the product that the catalogue knows for the ids: one product may have several device ids, and boards may share one, as those with 80 and 94 GB do.
    private static bool IsSameModel(GpuDevice one, GpuDevice other)
    {
        IReadOnlyList<VgpuBoard> mine = VgpuCatalog.InUse.FindBoards(one.VendorId, one.DeviceId, one.SubVendorId, one.SubDeviceId);
        IReadOnlyList<VgpuBoard> theirs = VgpuCatalog.InUse.FindBoards(other.VendorId, other.DeviceId, other.SubVendorId, other.SubDeviceId);
        return mine.Count == 0 || theirs.Count == 0
            ? one.VendorId == other.VendorId && one.DeviceId == other.DeviceId
            : mine.Any(board => theirs.Any(that => that.Product == board.Product));
    }

    private static string Names(IEnumerable<GpuUse> uses)
    {
        string[] names = [.. uses.Select(use => use.Device.Model ?? use.Device.Name).Distinct()];
        return names.Length == 0 ? "a GPU that is not known" : string.Join(", ", names);
    }

    private IEnumerable<GpuDevice> Free(MaintenanceHost host, VmGpu device)
    {
        DynamicGpuRequest request = new(device.AllowedDevices, device.CustomLabel);
        return host.Host.Devices.Where(gpu => gpu.IsActive && !_taken.Contains(gpu) && !gpu.Assignments.Any(assignment => assignment.IsRunning) && request.Accepts(gpu));
    }

    private static bool SameRequest(VmGpu one, VmGpu other) => one.CustomLabel == other.CustomLabel && one.AllowedDevices.SequenceEqual(other.AllowedDevices);

    private static string Describe(VmGpu device) => (device.Model ?? "the model it asks for") + (device.CustomLabel is null ? string.Empty : $" with the label {device.CustomLabel}");

    private void Take(MaintenanceHost host, GpuVm vm)
    {
        _said[host].Clear();
        foreach ((MaintenanceHost, string) stale in _fits.Keys.Where(key => key.Host == host).ToArray())
        {
            _fits.Remove(stale);
        }

        foreach (string profile in Profiles(vm))
        {
            if (_capacity[host].After(profile) is { } after)
            {
                _capacity[host] = after;
            }
            else
            {
                (MaintenanceHost, string) key = (host, profile.ToUpperInvariant());
                _doubtful[key] = (_doubtful.TryGetValue(key, out int given) ? given : 0) + 1;
            }
        }

        _memory[host] -= Reserved(vm);
        foreach (VmGpu device in vm.PciDevices.Where(device => device.Kind == VmGpuKind.DynamicPassthrough))
        {
            if (Free(host, device).FirstOrDefault() is { } gpu)
            {
                _taken.Add(gpu);
            }
        }
    }
}
