using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>
/// What still starts on one host: how many more of a profile, on which GPUs, and what stands in the way. Pure: worked out from what was read and from
/// the catalogue. Where something that decides is not readable (where a running vGPU is placed), the answer has a least and a most, and says so.
/// </summary>
public sealed class HostCapacity
{
    private const string Performance = "performance";
    private const string Consolidation = "consolidation";

    private readonly VgpuHost _host;
    private readonly VgpuCatalog _catalog;
    private readonly GpuWays _ways;

    private HostCapacity(VgpuHost host, VgpuCatalog catalog, GpuWays ways) => (_host, _catalog, _ways) = (host, catalog, ways);

    /// <summary>The host.</summary>
    public GpuHost Host => _host.Host;

    /// <summary>Its GPUs, each with its mode and what runs on it.</summary>
    public IReadOnlyList<GpuUse> Gpus => _ways.Uses;

    /// <summary>Why nothing starts on the host at all (not connected, maintenance mode); null when it is ready.</summary>
    public string? NotReady => !Host.IsConnected ? $"The host {Host.Name} is not connected."
        : Host.InMaintenanceMode ? $"The host {Host.Name} is in maintenance mode."
        : null;

    /// <summary>Works out a host's capacity.</summary>
    /// <param name="host">The host as it was read.</param>
    public static HostCapacity Of(VgpuHost host) => Of(host, [], []);

    /// <summary>Works out a host's capacity, with what nvidia-smi said of where vGPUs are placed.</summary>
    /// <param name="host">The host as it was read.</param>
    /// <param name="placed">The vGPUs that run, by GPU; empty when nobody asked.</param>
    public static HostCapacity Of(VgpuHost host, IReadOnlyList<PlacedVgpu> placed) => Of(host, placed, []);

    /// <summary>Works out a host's capacity, with what nvidia-smi said: where vGPUs are placed, and which GPUs are in MIG mode.</summary>
    /// <param name="host">The host as it was read.</param>
    /// <param name="gpus">GPUs as nvidia-smi shows them; those of other hosts are let pass.</param>
    public static HostCapacity Of(VgpuHost host, IReadOnlyCollection<NvidiaSmiGpu> gpus)
    {
        NvidiaSmiGpu[] own = [.. gpus.Where(gpu => gpu.HostId == host.Host.Id && gpu.Address is not null)];
        return Of(host, [.. own.SelectMany(PlacedVgpu.Of)], [.. own.GroupBy(gpu => gpu.Address!.Value).Select(same => same.Last())]);
    }

    /// <summary>Whether the host has a GPU that a profile is known to be for, in whatever mode the GPU is, and whether or not it is offered.</summary>
    /// <param name="profile">The profile, whatever its case.</param>
    public bool HasGpuFor(string profile)
    {
        ProfileFacts facts = FactsOf(profile);
        return _ways.Ways[0].Any(gpu => gpu.Has(facts) == true);
    }

    /// <summary>How many more vGPUs of a profile start on the host, each on its own or several in one VM.</summary>
    /// <param name="profile">The profile, whatever its case.</param>
    public VgpuFit Fit(string profile)
    {
        ProfileFacts facts = FactsOf(profile);
        if (NotReady is { } notReady)
        {
            return Closed(facts, GpuObstacle.HostNotReady, notReady);
        }

        if (_host.OfferedProfiles is { } offered && !offered.Contains(facts.Name, StringComparer.OrdinalIgnoreCase))
        {
            return NotOffered(facts);
        }

        GpuRoom[][] rooms = [.. _ways.Ways.Select(way => way.Select(gpu => gpu.RoomFor(facts)).ToArray())];
        List<GpuFit> fits = [];
        for (int index = 0; index < _ways.Uses.Count; index++)
        {
            GpuRoom[] here = [.. rooms.Select(way => way[index])];
            GpuRoom worst = here.OrderBy(room => room.Least).First();
            fits.Add(new GpuFit
            {
                Device = _ways.Uses[index].Device,
                CanStart = worst.Least,
                MayStart = here.Max(room => room.Most),
                FreePlacements = here.Length == 1 ? worst.FreePlacements : null,
                Obstacle = worst.Obstacle,
                Why = worst.Why,
                InTheWay = worst.InTheWay,
            });
        }

        // What is not readable moves room from one GPU to another: the host's sum is that of one way, not of the worst of each GPU.
        int can = rooms.Min(way => way.Sum(room => room.Least));
        int may = rooms.Max(way => way.Sum(room => room.Most));
        bool isOfferedForCertain = _host.OfferedProfiles is not null;
        return new VgpuFit
        {
            Profile = facts.Name,
            CanStart = isOfferedForCertain && !_ways.IsCutShort ? can : 0,
            MayStart = may,
            Gpus = fits,
            Next = may == 0 ? [] : [.. _ways.Ways.SelectMany(way => Choices(way, facts)).Select(choice => choice.Device.Address).Distinct().OrderBy(address => address)],
            Notes = [.. Notes(facts).Concat(rooms.SelectMany(way => way).Select(room => room.Note).OfType<string>()).Distinct()],
            Confidence = facts.Confidence,
            Why = WhyNotMore(facts, fits),
        };
    }

    /// <summary>Whether certain vGPUs start together, as those of one VM do, in the order in which they are given.</summary>
    /// <param name="profiles">The profiles; one may be there several times.</param>
    public VgpuStart CanStart(IReadOnlyList<string> profiles)
    {
        if (profiles.Count == 0)
        {
            return new VgpuStart(true, null, null, null);
        }

        VgpuFit[] fits = [.. profiles.Distinct(StringComparer.OrdinalIgnoreCase).Select(Fit)];
        foreach (VgpuFit fit in fits)
        {
            int count = profiles.Count(profile => string.Equals(profile.Trim(), fit.Profile, StringComparison.OrdinalIgnoreCase));
            if (fit.Fits(count) == false)
            {
                return new VgpuStart(false, fit.Profile, fit, $"{(fit.MayStart == 0 ? "No more" : $"Only {fit.MayStart} more")} {fit.Profile} can start on {Host.Name}. {fit.Why}");
            }
        }

        if (fits.Length == 1)
        {
            bool? verdict = fits[0].Fits(profiles.Count);
            return verdict == true
                ? new VgpuStart(true, null, null, null)
                : new VgpuStart(null, fits[0].Profile, fits[0], $"{fits[0].CanStart} to {fits[0].MayStart} more {fits[0].Profile} can start on {Host.Name}. {fits[0].Notes.FirstOrDefault()}");
        }

        return Together(profiles, fits);
    }

    /// <summary>The host as it is after one more vGPU has started: on the GPU that the assignment policy gives it, where it leaves a choice on each that it may give.</summary>
    /// <param name="profile">The profile, whatever its case.</param>
    /// <returns>Null when it does not start for certain.</returns>
    public HostCapacity? After(string profile)
    {
        ProfileFacts facts = FactsOf(profile);
        if (Fit(profile).CanStart == 0)
        {
            return null;
        }

        RunningVgpu started = Next(facts, _ways.Ways[0].Sum(gpu => gpu.Running.Count));
        IReadOnlyList<GpuState>[] ways = [.. _ways.Ways.SelectMany(way => Choices(way, facts).Select(choice => Started(way, choice, started, facts)))];
        return new HostCapacity(_host, _catalog, _ways.With(ways));
    }

    private static HostCapacity Of(VgpuHost host, IReadOnlyList<PlacedVgpu> placed, IReadOnlyList<NvidiaSmiGpu> told) =>
        new(host, VgpuCatalog.InUse, GpuWays.Of(host, VgpuCatalog.InUse, placed, told));

    /// <summary>Whether a profile is a GPU's own; null when nothing tells.</summary>
    internal bool? Has(GpuDevice device, ProfileFacts facts) => StateOf(device).Has(facts);

    /// <summary>How many of a profile fit on a GPU of the host that is free for it, in same-size or MIG mode; null when nothing tells.</summary>
    internal int? MaxPerGpu(GpuDevice device, ProfileFacts facts) => StateOf(device).MaxHere(facts);

    internal ProfileFacts FactsOf(string profile) => ProfileFacts.Of(profile, _catalog, _host.ProfileInfos);

    private static IReadOnlyList<GpuState> Started(IReadOnlyList<GpuState> way, GpuState choice, RunningVgpu vgpu, ProfileFacts facts) =>
        [.. way.Select(gpu => ReferenceEquals(gpu, choice) ? gpu.With(vgpu, facts) : gpu)];

    // Performance: the GPU with the fewest VMs. Consolidation: one with like VMs until it is full. In mixed-size and MIG mode the host goes by what is free.
    private IReadOnlyList<GpuState> Choices(IReadOnlyList<GpuState> way, ProfileFacts facts)
    {
        GpuState[] open = [.. way.Where(gpu => gpu.RoomFor(facts).Most > 0)];
        if (open.Length <= 1 || open.Any(gpu => gpu.Mode != GpuVgpuMode.SameSize))
        {
            return open;
        }

        switch (_host.AssignmentPolicy)
        {
            case Performance:
                int fewest = open.Min(gpu => gpu.VmCount);
                return [.. open.Where(gpu => gpu.VmCount == fewest)];
            case Consolidation:
                GpuState[] alike = [.. open.Where(gpu => gpu.Running.Count > 0)];
                return alike.Length > 0 ? alike : open;
            default:
                return open;
        }
    }

    private GpuState StateOf(GpuDevice device) => _ways.Ways[0].First(gpu => gpu.Device.Address == device.Address);

    // A VM that does not exist yet: vGPUs with one number are one VM's, for the policy counts VMs.
    private static RunningVgpu Next(ProfileFacts facts, int number) =>
        new(new VimObjectId(string.Empty, new ManagedObjectReference("VirtualMachine", "next-" + number.ToString(CultureInfo.InvariantCulture))), $"(one more {facts.Name})", facts.Name);

    private VgpuFit Closed(ProfileFacts facts, GpuObstacle obstacle, string why) => new()
    {
        Profile = facts.Name,
        CanStart = 0,
        MayStart = 0,
        Gpus = [.. _ways.Uses.Select(use => new GpuFit { Device = use.Device, CanStart = 0, MayStart = 0, Obstacle = obstacle, Why = why })],
        Confidence = facts.Confidence,
        Why = why,
    };

    // Why a profile is not offered is seen from the GPUs that could have it: most often they are in the wrong mode.
    private VgpuFit NotOffered(ProfileFacts facts)
    {
        GpuState[] own = [.. _ways.Ways[0].Where(gpu => gpu.Has(facts) == true)];
        GpuRoom[] rooms = [.. own.Select(gpu => gpu.RoomFor(facts))];
        string why = own.Length == 0
            ? $"{Host.Name} does not offer {facts.Name}: it has no GPU with this profile."
            : rooms.All(room => room.Obstacle is not (GpuObstacle.None or GpuObstacle.Full or GpuObstacle.OtherSize or GpuObstacle.OtherSeries)) && rooms[0].Why is { } reason
                ? $"{Host.Name} does not offer {facts.Name}: {char.ToLowerInvariant(reason[0])}{reason.Substring(1)}"
                : $"{Host.Name} does not offer {facts.Name}, although a GPU of it could have it: the driver that is installed does not have the profile (NVIDIA AI Enterprise and vGPU drivers differ, and so do releases).";
        VgpuFit closed = Closed(facts, GpuObstacle.NotOffered, why);
        return closed with
        {
            Gpus = [.. _ways.Ways[0].Select(gpu => gpu.RoomFor(facts)).Zip(closed.Gpus, (room, fit) =>
                room.Obstacle is GpuObstacle.None or GpuObstacle.Full or GpuObstacle.OtherSize or GpuObstacle.OtherSeries
                    ? fit
                    : fit with { Obstacle = room.Obstacle, Why = room.Why })],
        };
    }

    private VgpuStart Together(IReadOnlyList<string> profiles, IReadOnlyList<VgpuFit> fits)
    {
        ProfileFacts[] facts = [.. profiles.Select(FactsOf)];
        int budget = 20_000;
        bool some = false, all = !_ways.IsCutShort && _host.OfferedProfiles is not null;
        foreach (IReadOnlyList<GpuState> way in _ways.Ways)
        {
            (bool can, bool may) = Place(way, facts, 0, ref budget);
            some |= may;
            all &= can;
        }

        VgpuFit last = fits[fits.Count - 1];
        string together = $"{string.Join(" and ", profiles)} together";
        return all && budget > 0 ? new VgpuStart(true, null, null, null)
            : some || budget <= 0 ? new VgpuStart(null, last.Profile, last, $"Whether {together} find room on {Host.Name} is not certain: it depends on which GPU the host gives to each.")
            : new VgpuStart(false, last.Profile, last, $"{together} do not find room on {Host.Name}, although each alone does.");
    }

    // Whether the profiles from one on find room however the host chooses, and whether they do if it chooses well.
    private (bool Can, bool May) Place(IReadOnlyList<GpuState> way, ProfileFacts[] facts, int next, ref int budget)
    {
        if (next == facts.Length)
        {
            return (true, true);
        }

        if (--budget <= 0)
        {
            return (false, true);
        }

        IReadOnlyList<GpuState> open = [.. way.Where(gpu => gpu.RoomFor(facts[next]).Most > 0)];
        IReadOnlyList<GpuState> choices = Choices(way, facts[next]);
        bool can = choices.Count > 0, may = false;
        foreach (GpuState gpu in open)
        {
            RunningVgpu vgpu = Next(facts[next], 0);
            (bool restCan, bool restMay) = Place(Started(way, gpu, vgpu, facts[next]), facts, next + 1, ref budget);
            may |= restMay;
            can &= !choices.Contains(gpu) || (restCan && gpu.RoomFor(facts[next]).Least > 0);
        }

        return (can, may);
    }

    private IEnumerable<string> Notes(ProfileFacts facts)
    {
        if (_host.OfferedProfiles is null)
        {
            yield return $"Which profiles {Host.Name} offers could not be read.";
        }

        if (_ways.Ways.Count > 1 || _ways.IsCutShort)
        {
            yield return $"On which GPU of {Host.Name} some running vGPUs are is not certain; the numbers hold for every way they may be.";
        }

        if (facts.Type is null)
        {
            yield return $"The catalogue does not know {facts.Name}; its maximum is computed from its memory.";
        }
        else if (facts.Confidence == FactConfidence.Computed)
        {
            yield return $"The maximum of {facts.Name} is computed from its memory, not documented.";
        }
    }

    private string? WhyNotMore(ProfileFacts facts, IReadOnlyList<GpuFit> fits)
    {
        GpuFit[] own = [.. fits.Where(fit => fit.Obstacle != GpuObstacle.OtherGpu)];
        if (own.Length == 0)
        {
            return $"{Host.Name} has no GPU with {facts.Name}.";
        }

        string[] reasons = [.. own.Where(fit => fit.Why is not null).Select(fit => $"{fit.Device.Address}: {fit.Why}")];
        return reasons.Length == 0 ? null : string.Join(" ", reasons);
    }
}
