using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Readiness.Decision;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>
/// What it takes for hosts to enter maintenance mode: for each VM whether and where it can go, and what has to be powered off. Pure: worked out from what was
/// read before anything is done.
/// </summary>
internal sealed class MaintenanceImpact
{
    // vCenter starts and stops its own cluster service VMs as hosts come and go.
    private const string ClusterServices = "vCLS";

    private const string FirstMigration = "6.7.1";

    private readonly MaintenanceOptions _options;
    private readonly IReadOnlyList<MaintenanceHost> _sources;
    private readonly EvacuationRoom _room;
    private readonly Dictionary<MaintenanceHost, IReadOnlyList<Finding>> _settings;
    private readonly Dictionary<GpuVm, VmMaintenanceImpact> _impacts = [];

    private MaintenanceImpact(IReadOnlyList<MaintenanceHost> sources, IReadOnlyList<MaintenanceHost> all, MaintenanceOptions options)
    {
        _options = options;
        _sources = sources;
        _room = new EvacuationRoom([.. all.Where(host => sources.All(source => source.Host.Id != host.Host.Id))]);
        _settings = sources.ToDictionary(source => source, Settings);
    }

    /// <summary>Looks ahead.</summary>
    /// <param name="meant">The hosts that are to enter maintenance mode.</param>
    /// <param name="all">These hosts, and all others of their clusters.</param>
    /// <param name="options">What is assumed.</param>
    public static IReadOnlyList<HostMaintenanceImpact> Of(IReadOnlyList<MaintenanceHost> meant, IReadOnlyList<MaintenanceHost> all, MaintenanceOptions options)
    {
        if (options.Together)
        {
            return new MaintenanceImpact(meant, all, options).Hosts();
        }

        // VMs stay in their cluster: of a thousand hosts only those matter to one.
        ILookup<ManagedObjectReference?, MaintenanceHost> clusters = all.ToLookup(host => host.Host.Cluster);
        return [.. meant.SelectMany(host => new MaintenanceImpact([host], host.Host.Cluster is null ? [] : [.. clusters[host.Host.Cluster]], options).Hosts())];
    }

    private static bool IsVgpuOnly(GpuVm vm) => vm.PciDevices.Count > 0 && vm.PciDevices.All(VmGpuDevices.IsVgpu);

    private static bool CanStartElsewhere(GpuVm vm) => vm.PciDevices.Count > 0 && vm.PciDevices.All(device => device.Kind is VmGpuKind.Vgpu or VmGpuKind.DynamicPassthrough);

    private static IReadOnlyList<Finding> Settings(MaintenanceHost host) => ReadinessRules.Check(
    [
        new ReadinessSubject
        {
            Action = ReadinessAction.Evacuate,
            Target = new PlanTarget(host.Host.Id, host.Host.Name, host.Host.ServerName),
            Host = host.Host,
            OtherVms = host.Vms,
            Migration = host.Migration,
        },
    ]);

    private static int? MemoryOf(MaintenanceHost host, string profile) => host.Capacity.FactsOf(profile).MemoryMB;

    private static string Rounded(double seconds) => (Math.Ceiling(seconds * 10) / 10).ToString("0.#", CultureInfo.InvariantCulture);

    private IReadOnlyList<HostMaintenanceImpact> Hosts()
    {
        (MaintenanceHost Source, GpuVm Vm)[] running = [.. _sources
            .SelectMany(source => source.Vms.Where(vm => vm.IsRunning && !vm.Name.StartsWith(ClusterServices, StringComparison.Ordinal)).Select(vm => (source, vm)))];
        List<(MaintenanceHost Source, GpuVm Vm)> live = [], cold = [];
        foreach ((MaintenanceHost source, GpuVm vm) in running)
        {
            if (vm.PciDevices.Count == 0)
            {
                _impacts[vm] = WithoutGpu(source, vm);
            }
            else if (IsVgpuOnly(vm) && CannotMigrate(source, vm) is null && !IsStunnedTooLong(source, vm))
            {
                live.Add((source, vm));
            }
            else if (CanStartElsewhere(vm))
            {
                cold.Add((source, vm));
            }
            else
            {
                _impacts[vm] = Bound(source, vm);
            }
        }

        // Those that move while they run come first; what is left of the room is for those that are started anew.
        EvacuationPlan first = EvacuationPlan.Of(_room, live, isLive: true, Memory);
        cold.AddRange(first.Left);
        EvacuationPlan second = EvacuationPlan.Of(first.Room, cold, isLive: false, Memory);
        foreach ((MaintenanceHost source, GpuVm vm, EvacuationTarget target) in first.Placed)
        {
            _impacts[vm] = Live(source, vm, target);
        }

        foreach ((MaintenanceHost source, GpuVm vm, EvacuationTarget target) in second.Placed)
        {
            _impacts[vm] = Cold(source, vm, target);
        }

        foreach ((MaintenanceHost source, GpuVm vm) in second.Left)
        {
            _impacts[vm] = Cold(source, vm, null);
        }

        List<GpuVm> order = [.. first.Placed.Concat(second.Placed).Select(one => one.Vm)];
        return [.. _sources.Select(source => Host(source, order))];

        int? Memory(string profile) => _sources.Select(source => MemoryOf(source, profile)).FirstOrDefault(memory => memory is not null);
    }

    private HostMaintenanceImpact Host(MaintenanceHost source, List<GpuVm> order)
    {
        VmMaintenanceImpact[] running = [.. source.Vms
            .Where(vm => _impacts.ContainsKey(vm))
            .OrderBy(vm => Rank(_impacts[vm].Way))
            .ThenBy(vm => order.IndexOf(vm) is >= 0 and int at ? at : int.MaxValue)
            .ThenBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase)
            .Select(vm => _impacts[vm])];
        int number = 0;
        running = [.. running.Select(vm => vm.Way == MaintenanceWay.MovedByDrs ? vm : vm with { Order = ++number })];
        VmMaintenanceImpact[] off = [.. source.Vms
            .Where(vm => !vm.IsRunning && !vm.IsTemplate && vm.PciDevices.Count > 0)
            .OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase)
            .Select(vm => Row(source, vm, MaintenanceWay.NotRunning) with { Why = [$"{vm.Name} is {(vm.PowerState == "suspended" ? "suspended" : "powered off")}, so it keeps no host from maintenance mode."] })];
        bool needsSetting = running.Any(vm => vm.Way == MaintenanceWay.MoveAfterSetting);
        return new HostMaintenanceImpact
        {
            HostId = source.Host.Id,
            HostName = source.Host.Name,
            ClusterName = source.Host.ClusterName,
            ServerName = source.Host.ServerName,
            InMaintenanceMode = source.Host.InMaintenanceMode,
            VMs = [.. running, .. off],
            ConnectionState = source.Host.ConnectionState,
            BandwidthMbps = _options.BandwidthMbps,
            Settings = _settings[source],
            Steps = [.. Steps(source, running, needsSetting)],
            Notes = [.. Notes(source, running)],
        };
    }

    // What is moved goes before what is powered off; DRS does its part as the host enters maintenance mode.
    private static int Rank(MaintenanceWay way) => way switch
    {
        MaintenanceWay.MoveAfterSetting or MaintenanceWay.MoveByHand => 0,
        MaintenanceWay.PowerOffAndMove => 1,
        MaintenanceWay.PowerOff => 2,
        MaintenanceWay.MovedByDrs => 3,
        _ => 4,
    };

    private static IEnumerable<string> Steps(MaintenanceHost source, IReadOnlyList<VmMaintenanceImpact> running, bool needsSetting)
    {
        if (!source.Host.IsConnected)
        {
            yield return $"Reconnect {source.Host.Name}: it is {source.Host.ConnectionState}, and enters no maintenance mode.";
        }

        if (needsSetting)
        {
            yield return SettingCommand(source) + ": running VMs with vGPUs may move then.";
        }

        foreach (string step in running.Select(vm => vm.Way == MaintenanceWay.MoveAfterSetting ? vm.StepAfterSetting : vm.NextStep).OfType<string>())
        {
            yield return step;
        }

        int drs = running.Count(vm => vm.Way == MaintenanceWay.MovedByDrs);
        yield return source.Host.InMaintenanceMode
            ? $"{source.Host.Name} is in maintenance mode already."
            : $"Let {source.Host.Name} enter maintenance mode{(drs > 0 ? $": DRS moves the other {(drs == 1 ? "VM" : drs.ToString(CultureInfo.InvariantCulture) + " VMs")} by itself" : string.Empty)}.";
    }

    private static string SettingCommand(MaintenanceHost source) =>
        source.Host.ClusterName is { } cluster ? $"Enable-VgpuMigration -Cluster {Typed.Name(cluster)}" : "Enable-VgpuMigration";

    private IEnumerable<string> Notes(MaintenanceHost source, IReadOnlyList<VmMaintenanceImpact> running)
    {
        bool hasVgpus = running.Any(vm => vm.StunSeconds is not null);
        if (hasVgpus)
        {
            yield return string.Format(
                CultureInfo.InvariantCulture, "Stun times are estimates for {0} Mbit/s, each VM on its own; VMs that move at the same time share the bandwidth.", _options.BandwidthMbps);
            if (VsphereLevel.IsAtLeast(source.Host, "9.0.0"))
            {
                yield return "From 9.0 on vMotion copies unchanged GPU memory beforehand, so that the stun may be much shorter than estimated.";
            }

            if (source.Told.Count == 0)
            {
                yield return "Whether ECC is the same at both ends was not read, and a vMotion needs that: Get-NvidiaSmi for the hosts, and -NvidiaSmi with what it gives, tell.";
            }

            if (source.Driver is null)
            {
                yield return $"NVIDIA's driver on {source.Host.Name} could not be read, so it was not compared with that of other hosts.";
            }
        }

        if (running.Count > 0)
        {
            yield return "CPUs, networks, datastores, affinity rules and admission control are not looked at.";
            yield return "FlexDirect clients are VMs without a GPU of their own, and servers are VMs with one; vSphere does not tell them from others, so a client moves freely here and a server as its GPU allows.";
        }
    }

    private VmMaintenanceImpact Row(MaintenanceHost source, GpuVm vm, MaintenanceWay way) => new()
    {
        VmId = vm.Id,
        VmName = vm.Name,
        HostName = source.Host.Name,
        ClusterName = source.Host.ClusterName,
        ServerName = vm.ServerName,
        PowerState = vm.PowerState,
        Devices = [.. vm.PciDevices.Select(Describe)],
        Way = way,
    };

    private static string Describe(VmGpu device) => device.Kind switch
    {
        VmGpuKind.Vgpu => (device.VgpuProfile ?? "vGPU") + (device.DeviceGroup is null ? string.Empty : $" ({device.DeviceGroup})"),
        VmGpuKind.StaticPassthrough => device.Address?.ToString() ?? "passthrough",
        VmGpuKind.DynamicPassthrough => "dynamic" + (device.Model is null ? string.Empty : " " + device.Model) + (device.CustomLabel is null ? string.Empty : $" ({device.CustomLabel})"),
        _ => device.DeviceLabel ?? "PCI device",
    };

    private VmMaintenanceImpact WithoutGpu(MaintenanceHost source, GpuVm vm)
    {
        string[] others = [.. _room.Ask(source, vm, isLive: true).Where(target => target.Verdict == true).Select(target => target.HostName)];
        (IReadOnlyList<string> blockedBy, string? why, bool isCertain) = Drs(source, vm);
        VmMaintenanceImpact row = Row(source, vm, blockedBy.Count == 0 ? MaintenanceWay.MovedByDrs : MaintenanceWay.MoveByHand) with { Targets = others, BlockedBy = blockedBy, IsCertain = isCertain };
        if (others.Length == 0)
        {
            bool isAlone = source.Host.Cluster is null;
            return row with
            {
                Way = isAlone ? MaintenanceWay.MoveByHand : MaintenanceWay.PowerOff,
                IsCertain = !isAlone,
                Why = [isAlone ? $"{source.Host.Name} is in no cluster: whether another host takes {vm.Name} is not looked at." : $"No other host of {source.Host.ClusterName} is ready to take {vm.Name}."],
                NextStep = isAlone ? $"Move {vm.Name} to another host, or shut it down." : $"Shut down {vm.Name}; it stays off until {source.Host.Name} is back.",
            };
        }

        return row with
        {
            Why = ["It has no GPU and moves freely." + (why is null ? string.Empty : " " + why)],
            NextStep = blockedBy.Count == 0 ? null : $"Move {vm.Name} to another host.",
        };
    }

    private VmMaintenanceImpact Bound(MaintenanceHost source, GpuVm vm)
    {
        bool isStatic = vm.PciDevices.Any(device => device.Kind == VmGpuKind.StaticPassthrough);
        return Row(source, vm, MaintenanceWay.PowerOff) with
        {
            Why = [isStatic
                ? $"{vm.Name} holds devices of {source.Host.Name} by their addresses (DirectPath I/O): it cannot be moved, and starts on no other host."
                : $"{vm.Name} holds a PCI device that is neither a vGPU nor a GPU by dynamic DirectPath: it cannot be moved while it runs."],
            NextStep = $"Shut down {vm.Name}; it stays off until {source.Host.Name} is back.",
        };
    }

    private VmMaintenanceImpact Live(MaintenanceHost source, GpuVm vm, EvacuationTarget target)
    {
        IReadOnlyList<EvacuationTarget> alone = _room.Ask(source, vm, isLive: true);
        StunTime? stun = Stun(source, vm);
        List<string> why = [];
        if (target.Why is { } doubt)
        {
            why.Add(doubt);
        }

        if (vm.PciDevices.All(device => device.IsEnhancedMigration == true))
        {
            why.Add("Its vGPUs have enhanced migration, with a stun of less than a second.");
        }

        VmMaintenanceImpact row = Row(source, vm, MaintenanceWay.MoveByHand) with
        {
            Target = target.HostName,
            Targets = Names(alone, true),
            PossibleTargets = Names(alone, null),
            IsCertain = target.Verdict == true,
            StunSeconds = stun is null ? null : Math.Ceiling(stun.Seconds * 10) / 10,
            StunSource = stun?.Source,
        };
        string move = $"Move {vm.Name} to {target.HostName} by vMotion{(stun is null ? string.Empty : $"; it is stunned for about {Rounded(stun.Seconds)} s")}.";
        (IReadOnlyList<string> blockedBy, string? text, bool isCertain) = Drs(source, vm);
        if (text is not null)
        {
            why.Add(text);
        }

        if (source.Migration is { HotMigrate: { IsKnown: true, Value: false } })
        {
            return row with
            {
                Way = MaintenanceWay.MoveAfterSetting,
                BlockedBy = ["VMOTION-SETTING", .. blockedBy],
                Why = [$"{MigrationReader.HotMigrateKey} is not true in the vCenter, so its vMotion is refused.", .. why],
                NextStep = $"{SettingCommand(source)} lets it move{(blockedBy.Count == 0 ? "; DRS does it then" : string.Empty)}.{(blockedBy.Count == 0 ? string.Empty : " " + move)}",
                StepAfterSetting = blockedBy.Count == 0 ? null : move,
            };
        }

        if (source.Migration is not { HotMigrate.IsKnown: true })
        {
            row = row with { IsCertain = false, BlockedBy = ["VMOTION-SETTING"] };
            why.Insert(0, $"Whether the vCenter lets it move ({MigrationReader.HotMigrateKey}) could not be read.");
        }

        return blockedBy.Count == 0
            ? row with { Way = MaintenanceWay.MovedByDrs, IsCertain = row.IsCertain && isCertain, Why = why }
            : row with { BlockedBy = [.. row.BlockedBy, .. blockedBy], Why = why, NextStep = move };
    }

    private VmMaintenanceImpact Cold(MaintenanceHost source, GpuVm vm, EvacuationTarget? target)
    {
        List<string> why = [];
        bool isDynamic = vm.PciDevices.Any(device => device.Kind == VmGpuKind.DynamicPassthrough);
        StunTime? stun = IsVgpuOnly(vm) ? Stun(source, vm) : null;
        IReadOnlyList<EvacuationTarget> live = IsVgpuOnly(vm) && CannotMigrate(source, vm) is null ? _room.Ask(source, vm, isLive: true) : [];
        if (isDynamic)
        {
            why.Add($"{vm.Name} has a GPU by dynamic DirectPath: it does not move while it runs, and starts on a host with such a device free.");
        }
        else if (CannotMigrate(source, vm) is { } cannot)
        {
            why.Add(cannot);
        }
        else if (IsStunnedTooLong(source, vm))
        {
            why.Add($"Its vMotion would stun it for about {Rounded(stun!.Seconds)} s, more than the {_options.MaxStunSeconds} s that it may be.");
        }
        else if (live.Any(one => one.Verdict != false))
        {
            why.Add($"{string.Join(", ", live.Where(one => one.Verdict != false).Select(one => one.HostName))} could take it alone, and has no room left when the other VMs go as well.");
        }
        else
        {
            why.AddRange(live.Select(one => one.Why).OfType<string>().Distinct());
            if (live.Count == 0)
            {
                why.Add(source.Host.Cluster is null ? $"{source.Host.Name} is in no cluster: no other host is looked at." : $"{source.Host.ClusterName} has no other host.");
            }
        }

        if (target?.Why is { } doubt)
        {
            why.Add(doubt);
        }

        if (target is null && (isDynamic || CannotMigrate(source, vm) is not null))
        {
            why.AddRange(_room.Ask(source, vm, isLive: false).Select(one => one.Why).OfType<string>().Distinct());
        }

        IReadOnlyList<EvacuationTarget> alone = _room.Ask(source, vm, isLive: false);
        return Row(source, vm, target is null ? MaintenanceWay.PowerOff : MaintenanceWay.PowerOffAndMove) with
        {
            Target = target?.HostName,
            Targets = Names(alone, true),
            PossibleTargets = Names(alone, null),

            // That it has to be powered off is certain; where it starts then may not be.
            IsCertain = target is null || target.Verdict == true,
            Why = [.. why.Select(text => text.Trim()).Distinct()],
            NextStep = target is null
                ? $"Shut down {vm.Name}; it stays off until {source.Host.Name} is back."
                : $"Shut down {vm.Name}, move it to {target.HostName} and start it there.",
        };
    }

    private static IReadOnlyList<string> Names(IReadOnlyList<EvacuationTarget> targets, bool? verdict) => [.. targets.Where(target => target.Verdict == verdict).Select(target => target.HostName)];

    // Why a VM with vGPUs does not move while it runs, wherever to; null when it does as far as host and profile go.
    private static string? CannotMigrate(MaintenanceHost source, GpuVm vm)
    {
        if (source.Host.Version.Length > 0 && !VsphereLevel.IsAtLeast(source.Host, FirstMigration))
        {
            return $"{source.Host.Name} runs ESXi before 6.7 U1, which moves no running VM with a vGPU.";
        }

        string[] profiles = [.. vm.PciDevices.Select(device => device.VgpuProfile).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
        if (profiles.FirstOrDefault(profile => source.Vgpu.Capabilities.TryGetValue(profile, out SharedGpuCapabilities? can) && !can.CanMigrate) is { } fixedProfile)
        {
            return $"{source.Host.Name} says that {fixedProfile} cannot be moved while its VM runs.";
        }

        return vm.PciDevices.Any(device => device.CanMigrate == false) ? $"A vGPU of {vm.Name} says that it cannot be moved while the VM runs." : null;
    }

    private StunTime? Stun(MaintenanceHost source, GpuVm vm) => StunTime.Of(vm.PciDevices, source.Vgpu.ProfileInfos, profile => MemoryOf(source, profile), _options.BandwidthMbps);

    private bool IsStunnedTooLong(MaintenanceHost source, GpuVm vm) =>
        _options.MaxStunSeconds is { } most && !vm.PciDevices.All(device => device.IsEnhancedMigration == true) && Stun(source, vm) is { } stun && stun.Seconds > most;

    // What keeps DRS from moving a VM by itself; nothing when it does.
    private static (IReadOnlyList<string> BlockedBy, string? Why, bool IsCertain) Drs(MaintenanceHost source, GpuVm vm)
    {
        if (source.Host.ClusterName is not { } cluster || source.Migration is null)
        {
            return (["DRS-AUTOMATION"], "No DRS moves it.", true);
        }

        if (!source.Migration.Drs.IsKnown)
        {
            return (["DRS-AUTOMATION"], $"What DRS of {cluster} does by itself could not be read.", false);
        }

        DrsSettings drs = source.Migration.Drs.Value!;
        bool hasVgpu = vm.PciDevices.Count > 0;
        string? option = drs.Option(DrsSettings.MaintenanceOption);
        if (!drs.Moves(vm.Id.Reference))
        {
            bool isOverride = drs.MovesByDefault && drs.VmLevels.ContainsKey(vm.Id.Reference);
            return (
                [isOverride ? "DRS-VM-OVERRIDE" : "DRS-AUTOMATION", .. hasVgpu && option is null ? new[] { "DRS-VGPU-MAINTENANCE" } : []],
                isOverride ? "DRS does not move it by itself: it has a DRS level of its own." : $"DRS of {cluster} does not move it by itself.",
                true);
        }

        if (!hasVgpu)
        {
            return ([], null, true);
        }

        return option is null
            ? (["DRS-VGPU-MAINTENANCE"], $"DRS of {cluster} does not move VMs with vGPUs by itself: {DrsSettings.MaintenanceOption} is not set (KB 88271).", true)
            : ([], $"{DrsSettings.MaintenanceOption} of {cluster} is {option}: DRS is expected to move it, which is not documented in detail.", false);
    }
}
