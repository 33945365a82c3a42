using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>
/// The ways in which a host's GPUs may be in use, by what was read: one, as a rule. There are several where the server does not tell which vGPU of a VM is
/// on which GPU, or whether a GPU is in MIG mode (before 8.0 U3). Pure.
/// </summary>
internal sealed record GpuWays
{
    private const int MostWays = 256;

    // 8.0 U1 is the first that mixes series of one size; 8.0 U3 the first that tells a GPU's mode.
    private static readonly ApiVersion s_mixesSeries = new("8.0.1");

    /// <summary>Every way, each with all GPUs in the same order.</summary>
    public required IReadOnlyList<IReadOnlyList<GpuState>> Ways { get; init; }

    /// <summary>How each GPU is used, as far as it is certain.</summary>
    public required IReadOnlyList<GpuUse> Uses { get; init; }

    /// <summary>Whether there are more ways than were looked at.</summary>
    public bool IsCutShort { get; init; }

    public static GpuWays Of(VgpuHost host, VgpuCatalog catalog, IReadOnlyList<PlacedVgpu> placed, IReadOnlyList<NvidiaSmiGpu> told)
    {
        GpuState[] gpus = [.. host.Host.Devices.Select(device => Told(Bare(host, catalog, device), told.FirstOrDefault(gpu => gpu.Address == device.Address)))];
        (List<GpuState[]> ways, bool isCutShort) = ModesOf(host, catalog, gpus);
        foreach ((RunningVgpu vgpu, ProfileFacts? facts, IReadOnlyList<PciAddress[]> choices) in VgpusOf(host, catalog, gpus, placed))
        {
            List<GpuState[]> next = [];
            foreach (GpuState[] way in ways)
            {
                foreach (PciAddress[] choice in choices)
                {
                    next.Add([.. way.Select(gpu => choice.Contains(gpu.Device.Address) ? gpu with { Running = [.. gpu.Running, (vgpu, facts)] } : gpu)]);
                }
            }

            // What can not be is left out: a time-sliced vGPU on a GPU in MIG mode.
            List<GpuState[]> possible = [.. next.Where(way => way.All(IsPossible))];
            ways = Distinct(possible.Count > 0 ? possible : next);
            isCutShort |= ways.Count > MostWays;
            ways = [.. ways.Take(MostWays)];
        }

        // A GPU that the host lists for a VM has at least one of its vGPUs.
        List<GpuState[]> listed = [.. ways.Where(way => way.All(gpu => AllListedRun(host, gpu)))];
        ways = listed.Count > 0 ? listed : ways;
        return new GpuWays { Ways = ways, Uses = UsesOf(host, ways), IsCutShort = isCutShort };
    }

    public GpuWays With(IReadOnlyList<IReadOnlyList<GpuState>> ways) => this with { Ways = [.. ways.Take(MostWays)], IsCutShort = IsCutShort || ways.Count > MostWays };

    private static GpuState Bare(VgpuHost host, VgpuCatalog catalog, GpuDevice device)
    {
        IReadOnlyList<VgpuBoard> boards = catalog.FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId);
        if (boards.Count > 1)
        {
            // Boards that share a device id differ in their profiles: what the host offers tells which one it is.
            VgpuBoard[] offered = [.. boards.Where(board => (host.OfferedProfiles ?? []).Any(name => catalog.FindType(name)?.Board == board.Name))];
            boards = offered.Length > 0 ? offered : boards;
        }

        return new GpuState
        {
            Device = device,
            Boards = boards,
            Mode = ReportedMode(device),
            NotInUse = NotInUse(device, host.ConfiguredTypes.TryGetValue(device.Address, out string? configured) ? configured : null),
            MixesSeries = new ApiVersion(host.Host.Version).CompareTo(s_mixesSeries) >= 0,
        };
    }

    // What nvidia-smi said of a GPU: its mode before 8.0 U3, where the host does not say it, and the GPU instances.
    private static GpuState Told(GpuState gpu, NvidiaSmiGpu? told) => told?.MigCurrent is not { } isMig ? gpu : gpu with
    {
        Mode = gpu.Mode != GpuVgpuMode.Unknown ? gpu.Mode : isMig ? GpuVgpuMode.Mig : GpuVgpuMode.SameSize,
        Instances = isMig ? told.MigInstances : null,
    };

    private static GpuVgpuMode ReportedMode(GpuDevice device) => device.VgpuMode switch
    {
        "sameSize" => GpuVgpuMode.SameSize,
        "mixedSize" => GpuVgpuMode.MixedSize,
        "multiInstanceGpu" => GpuVgpuMode.Mig,
        _ => GpuVgpuMode.Unknown,
    };

    private static GpuRoom? NotInUse(GpuDevice device, string? configured)
    {
        if (device.IsActive || device.GraphicsType == "direct")
        {
            return GpuRoom.None(GpuObstacle.Passthrough, "It is in passthrough mode.");
        }

        string pending = configured == "sharedDirect" ? " Shared Direct is configured and not in force yet." : string.Empty;
        return device.GraphicsType switch
        {
            "sharedDirect" => null,
            "shared" => GpuRoom.None(GpuObstacle.NotSharedDirect, "Its graphics type is Shared (vSGA), not Shared Direct." + pending),
            "basic" => GpuRoom.None(GpuObstacle.NoDriver, "It has no NVIDIA host driver: its graphics type is Basic." + pending),
            null => GpuRoom.None(GpuObstacle.NoDriver, "The host's graphics manager does not list it: there is no NVIDIA host driver for it."),
            _ => GpuRoom.None(GpuObstacle.NotSharedDirect, $"Its graphics type is {device.GraphicsType}, not Shared Direct." + pending),
        };
    }

    /// <summary>
    /// Before 8.0 U3 a host does not tell whether a GPU is in MIG mode, but it offers the profiles of the mode. With both kinds offered for a board
    /// either mode is possible, and only what runs on a GPU shows which it is in.
    /// </summary>
    private static (List<GpuState[]> Ways, bool IsCutShort) ModesOf(VgpuHost host, VgpuCatalog catalog, GpuState[] gpus)
    {
        List<GpuState[]> ways = [gpus];
        bool isCutShort = false;
        for (int index = 0; index < gpus.Length; index++)
        {
            if (gpus[index].Mode != GpuVgpuMode.Unknown)
            {
                continue;
            }

            GpuState gpu = gpus[index];
            ProfileFacts[] offered = [.. (host.OfferedProfiles ?? []).Select(name => ProfileFacts.Of(name, catalog, host.ProfileInfos)).Where(facts => gpu.Has(facts) != false)];
            bool hasMig = offered.Any(facts => facts.IsMig == true), hasTimeSliced = offered.Any(facts => facts.IsMig != true);
            GpuVgpuMode[] modes = !hasMig ? [GpuVgpuMode.SameSize] : !hasTimeSliced ? [GpuVgpuMode.Mig] : [GpuVgpuMode.SameSize, GpuVgpuMode.Mig];
            ways = [.. ways.SelectMany(_ => modes, (way, mode) => way.Select((state, at) => at == index ? state with { Mode = mode } : state).ToArray())];
            isCutShort |= ways.Count > MostWays;
            ways = [.. ways.Take(MostWays)];
        }

        return (ways, isCutShort);
    }

    /// <summary>Each running vGPU with the GPUs it may be on: a VM's vGPUs are those in its configuration, the host names its GPUs.</summary>
    private static IEnumerable<(RunningVgpu Vgpu, ProfileFacts? Facts, IReadOnlyList<PciAddress[]> Choices)> VgpusOf(
        VgpuHost host, VgpuCatalog catalog, GpuState[] gpus, IReadOnlyList<PlacedVgpu> placed)
    {
        var vms = host.Vms.ToDictionary(vm => vm.Id);
        ILookup<VimObjectId, (PciAddress Address, string Name)> listed = gpus
            .Where(gpu => gpu.NotInUse is null)
            .SelectMany(gpu => gpu.Device.Assignments.Where(assignment => assignment.Kind == VmGpuKind.Vgpu), (gpu, assignment) => (gpu.Device.Address, assignment))
            .ToLookup(entry => entry.assignment.Vm, entry => (entry.Address, entry.assignment.VmName));
        foreach (IGrouping<VimObjectId, (PciAddress Address, string Name)> entry in listed.Where(entry => !vms.ContainsKey(entry.Key)))
        {
            // The host says that it runs there; what it is may not be read.
            foreach ((PciAddress address, string name) in entry)
            {
                yield return (new RunningVgpu(entry.Key, name, null), null, [[address]]);
            }
        }

        foreach (GpuVm vm in host.Vms.Where(vm => vm.IsRunning).OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase))
        {
            ProfileFacts[] facts = [.. vm.PciDevices.Where(device => device.VgpuProfile is not null).OrderBy(device => device.Key).Select(device => ProfileFacts.Of(device.VgpuProfile!, catalog, host.ProfileInfos))];
            PciAddress[] own = [.. listed[vm.Id].Select(entry => entry.Address).Distinct()];
            List<PlacedVgpu> told = [.. placed.Where(one => string.Equals(one.VmName, vm.Name, StringComparison.Ordinal))];
            foreach (ProfileFacts profile in facts)
            {
                int at = told.FindIndex(one => string.Equals(one.Profile, profile.Name, StringComparison.OrdinalIgnoreCase) && gpus.Any(gpu => gpu.Device.Address == one.Address));
                PlacedVgpu? known = at < 0 ? null : told[at];
                if (known is not null)
                {
                    told.RemoveAt(at);
                }

                // A VM that runs and is on no GPU's list is on one of those that its profile is for.
                PciAddress[] choices = known is not null ? [known.Address]
                    : own.Length > 0 ? own
                    : [.. gpus.Where(gpu => gpu.NotInUse is null && gpu.Has(profile) != false).Select(gpu => gpu.Device.Address)];
                if (choices.Length > 0)
                {
                    yield return (new RunningVgpu(vm.Id, vm.Name, profile.Name, known?.Placement), profile, [.. choices.Select(choice => new[] { choice })]);
                }
            }
        }
    }

    private static bool IsPossible(GpuState gpu) => gpu.Running.All(running => running.Profile is not { } facts || gpu.Has(facts) == false || gpu.Mode switch
    {
        GpuVgpuMode.Mig => facts.IsMig != false,
        GpuVgpuMode.SameSize => facts.IsMig != true && facts.HasSizeOf(gpu.Running[0].Profile ?? facts),
        _ => facts.IsMig != true,
    });

    private static bool AllListedRun(VgpuHost host, GpuState gpu) => gpu.NotInUse is not null || gpu.Device.Assignments
        .Where(assignment => assignment.Kind == VmGpuKind.Vgpu && host.Vms.Any(vm => vm.Id == assignment.Vm && vm.IsRunning))
        .All(assignment => gpu.Running.Any(running => running.Vgpu.VmId == assignment.Vm));

    // Two ways that differ only in which of a VM's equal vGPUs is where are one.
    private static List<GpuState[]> Distinct(List<GpuState[]> ways) => [.. ways
        .GroupBy(way => string.Join("|", way.Select(gpu => gpu.Mode + ":" + string.Join(",", gpu.Running.Select(running => running.Vgpu.VmId + "=" + running.Vgpu.Profile).OrderBy(text => text, StringComparer.Ordinal)))))
        .Select(same => same.First())];

    private static List<GpuUse> UsesOf(VgpuHost host, List<GpuState[]> ways)
    {
        List<GpuUse> uses = [];
        for (int index = 0; index < host.Host.Devices.Count; index++)
        {
            GpuState[] states = [.. ways.Select(way => way[index])];
            GpuState first = states[0];
            GpuVgpuMode[] modes = [.. states.Select(state => state.Mode).Distinct()];
            bool isInUse = first.NotInUse is null;
            RunningVgpu[] certain = [.. first.Running.Select(running => running.Vgpu).Where(vgpu => states.All(state => state.Running.Any(other => other.Vgpu == vgpu)))];
            long? used = first.Running.Any(running => running.Profile?.MemoryMB is null) ? null : first.Running.Sum(running => (long)running.Profile!.MemoryMB!.Value);
            bool isSettled = states.All(state => state.Running.Sum(running => running.Profile?.MemoryMB ?? -1) == first.Running.Sum(running => running.Profile?.MemoryMB ?? -1));
            bool isLocked = isInUse && modes.Length == 1 && modes[0] == GpuVgpuMode.SameSize && states.All(state => state.Running.Count > 0);
            uses.Add(new GpuUse
            {
                Device = first.Device,
                Mode = !isInUse ? GpuVgpuMode.None : modes.Length == 1 ? modes[0] : GpuVgpuMode.Unknown,
                Obstacle = first.NotInUse?.Obstacle ?? GpuObstacle.None,
                NotInUse = first.NotInUse?.Why,
                Pending = Pending(host, first.Device),
                MemoryMB = first.MemoryMB,
                UsedMemoryMB = isSettled ? used : null,
                Running = certain,
                LockedMemoryMB = isLocked ? first.Running[0].Profile?.MemoryMB : null,
                LockedProfile = isLocked && !first.MixesSeries ? first.Running[0].Profile?.Name : null,
                FreePlaces = isInUse && states.Length == 1 ? first.FreePlaces : null,
                IdleInstances = isInUse && states.Length == 1 ? first.IdleInstances : [],
            });
        }

        return uses;
    }

    private static string? Pending(VgpuHost host, GpuDevice device) =>
        device.IsRebootPending ? device.IsEnabled ? "passthrough, after a reboot" : "out of passthrough, after a reboot"
        : host.ConfiguredTypes.TryGetValue(device.Address, out string? configured) && device.GraphicsType is "shared" or "sharedDirect" && configured != device.GraphicsType
            ? configured == "sharedDirect" ? "Shared Direct, not in force yet" : "Shared, not in force yet"
            : null;
}
