using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Smi;

namespace GpuVSphere.Vgpu;

/// <summary>
/// How many more vGPUs of a MIG-backed profile have room on a GPU: each has a GPU instance, of its own or with others of its profile, at places that
/// <see cref="MigGeometry"/> knows. Where nobody told of the instances there are, they are taken to be those of the running vGPUs and no others. Pure.
/// </summary>
internal sealed class MigRoom
{
    // The most that any GPU has.
    private const int MostInstances = 8;

    private readonly ProfileFacts _profile;
    private readonly PlacementSpace.Kind _wanted;
    private readonly int _seats;
    private readonly List<Group> _groups;
    private readonly List<(int Start, int Size)> _placed;
    private readonly List<MigInstance> _idle;

    private MigRoom(ProfileFacts profile, PlacementSpace.Kind wanted, List<Group> groups, IReadOnlyList<MigInstance> told)
    {
        (_profile, _wanted, _seats, _groups) = (profile, wanted, MigGeometry.SeatsOf(profile), groups);
        (int Start, int Size)[] own = [.. groups.SelectMany(group => group.Starts.Select(start => (start, group.Kind.Size)))];
        _idle = [.. told.Where(instance => own.All(one => one.Start != instance.Start)).OrderBy(instance => instance.Profile, StringComparer.Ordinal).ThenBy(instance => instance.Start)];
        _placed = [.. own, .. _idle.Select(instance => (instance.Start, instance.Size))];
    }

    /// <summary>The idle instances on which the profile does not run, and which stand where its own could begin.</summary>
    public IReadOnlyList<MigInstance> IdleInTheWay => [.. _idle.Where(instance => !IsFor(instance, _profile, _wanted)
        && _wanted.Starts.Any(start => start < instance.Start + instance.Size && instance.Start < start + _wanted.Size))];

    /// <summary>Whether it is known where everything is.</summary>
    public bool IsPlaced => _groups.All(group => group.Unplaced == 0);

    /// <summary>The starts of the profile's instance that are free; null where it is not known where everything is.</summary>
    public IReadOnlyList<int>? FreeStarts => IsPlaced ? PlacementSpace.Open(_wanted, _placed) : null;

    /// <summary>Gathers what runs on a GPU.</summary>
    /// <param name="profile">The profile of which more are wanted.</param>
    /// <param name="wanted">Where its instance may begin.</param>
    /// <param name="running">What runs, each with its profile.</param>
    /// <param name="slices">The memory slices of the GPU.</param>
    /// <param name="told">The GPU instances there are, where somebody asked nvidia-smi; else none.</param>
    /// <returns>Null when it is not known how a running profile is cut.</returns>
    public static MigRoom? Of(
        ProfileFacts profile, PlacementSpace.Kind wanted, IReadOnlyList<(RunningVgpu Vgpu, ProfileFacts? Profile)> running, int slices, IReadOnlyList<MigInstance> told)
    {
        List<Group> groups = [];
        foreach (IGrouping<string, (RunningVgpu Vgpu, ProfileFacts? Profile)> same in running.GroupBy(one => one.Profile!.Name, StringComparer.OrdinalIgnoreCase))
        {
            ProfileFacts facts = same.First().Profile!;
            if (MigGeometry.KindOf(facts, slices) is not { } kind)
            {
                return null;
            }

            int[] places = [.. same.Select(one => one.Vgpu.Placement).OfType<int>()];
            groups.Add(new Group(facts, kind, MigGeometry.SeatsOf(facts), [.. places.Distinct()], places.Length, same.Count() - places.Length));
        }

        return new MigRoom(profile, wanted, groups, told);
    }

    /// <summary>The least and the most, over all ways in which the rest may be; null when what runs does not fit the slices at all.</summary>
    public (int Least, int Most)? Bounds()
    {
        (int Least, int Most)? bounds = null;
        foreach (int[] owners in Owners())
        {
            bounds = Wider(bounds, Bounds(owners));
        }

        // There is one set of media engines.
        return _profile.HasMediaEngines && bounds is { } all ? (Math.Min(1, all.Least), Math.Min(1, all.Most)) : bounds;
    }

    // One way: which running profile has which of the instances that nobody is known to be on (-1 for none).
    private (int Least, int Most)? Bounds(int[] owners)
    {
        (int Count, int Least)[] groups = [.. _groups.Select((group, index) => Unseated(group, owners.Count(owner => owner == index)))];
        (int Least, int Most)? bounds = null;
        foreach (int[] made in Ways(groups))
        {
            PlacementSpace.Kind[] unplaced = [.. _groups.SelectMany((group, index) => Enumerable.Repeat(group.Kind, made[index]))];
            if (_placed.Count + unplaced.Length > MostInstances || PlacementSpace.FreeStarts(_wanted, _placed, unplaced) is not { } free)
            {
                continue;
            }

            int seats = (_idle.Where((instance, at) => owners[at] < 0 && IsFor(instance, _profile, _wanted)).Count() * _seats)
                + _groups.Select((group, index) => group.Is(_profile) ? group.FreeSeats(owners.Count(owner => owner == index) + made[index]) : 0).Sum();
            bounds = Wider(bounds, (seats + (free.Least * _seats), seats + (free.Most * _seats)));
        }

        return bounds;
    }

    // How many instances a profile's vGPUs of unknown place need at least, and have at most, beside those that are its own.
    private static (int Count, int Least) Unseated(Group group, int owned) =>
        (Math.Max(0, group.Unplaced - owned), (Math.Max(0, -group.FreeSeats(owned)) + group.Seats - 1) / group.Seats);

    private static IEnumerable<int[]> Ways((int Count, int Least)[] groups)
    {
        IEnumerable<int[]> ways = [[]];
        foreach ((int count, int least) in groups)
        {
            ways = ways.SelectMany(way => Enumerable.Range(least, Math.Max(1, count - least + 1)), (way, instances) => way.Append(instances).ToArray());
        }

        return ways;
    }

    private IEnumerable<int[]> Owners()
    {
        IEnumerable<int[]> ways = [[]];
        for (int at = 0; at < _idle.Count; at++)
        {
            MigInstance instance = _idle[at];
            int[] able = [-1, .. _groups.Select((group, index) => (group, index)).Where(one => one.group.Unplaced > 0 && IsFor(instance, one.group.Facts, one.group.Kind)).Select(one => one.index)];

            // Of instances of one kind it does not matter which has which owner: they are given in the order of the owners.
            bool isSame = at > 0 && _idle[at - 1].Profile == instance.Profile;
            ways = ways.SelectMany(way => able.Where(owner => !isSame || owner >= way[way.Length - 1]), (way, owner) => way.Append(owner).ToArray());
        }

        // Each owner has at least one vGPU on each of its instances.
        return ways.Where(way => _groups.Select((group, index) => way.Count(owner => owner == index) <= group.Unplaced).All(isEnough => isEnough));
    }

    private static (int Least, int Most)? Wider((int Least, int Most)? one, (int Least, int Most)? other) =>
        one is not { } left ? other : other is not { } right ? one : (Math.Min(left.Least, right.Least), Math.Max(left.Most, right.Most));

    // nvidia-smi names an instance 1g.10gb, or 1g.10gb+me with the media engines.
    private static bool IsFor(MigInstance instance, ProfileFacts profile, PlacementSpace.Kind kind) =>
        instance.Size == kind.Size
        && instance.Profile.StartsWith(string.Format(CultureInfo.InvariantCulture, "{0}g.", profile.ComputeSlices), StringComparison.OrdinalIgnoreCase)
        && instance.Profile.EndsWith("+me", StringComparison.OrdinalIgnoreCase) == profile.HasMediaEngines;

    /// <summary>The running vGPUs of one profile: on instances at known starts, and those of which the place is not known.</summary>
    private sealed record Group(ProfileFacts Facts, PlacementSpace.Kind Kind, int Seats, int[] Starts, int Placed, int Unplaced)
    {
        public bool Is(ProfileFacts profile) => string.Equals(Facts.Name, profile.Name, StringComparison.OrdinalIgnoreCase);

        /// <summary>The seats that are left on its instances, with so many more than those at known starts; below zero where they are too few.</summary>
        public int FreeSeats(int more) => ((Starts.Length + more) * Seats) - Placed - Unplaced;
    }
}
