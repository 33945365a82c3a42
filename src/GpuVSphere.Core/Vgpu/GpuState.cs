using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>
/// One GPU in one way in which it may be: its mode, and what runs on it. Says how many more of a profile have room. Rules: in same-size mode all vGPUs
/// have one frame-buffer size, and before 8.0 U1 one profile; in mixed-size mode each stands at one of its placements; in MIG mode each has its
/// GPU instance. Pure.
/// </summary>
internal sealed record GpuState
{
    public required GpuDevice Device { get; init; }

    /// <summary>The boards it may be: one, as a rule; none when the catalogue does not know its ids.</summary>
    public required IReadOnlyList<VgpuBoard> Boards { get; init; }

    public required GpuVgpuMode Mode { get; init; }

    /// <summary>Why it is not in vGPU use; null when it is.</summary>
    public GpuRoom? NotInUse { get; init; }

    /// <summary>Whether the host mixes profiles of one size, that is of several series.</summary>
    public required bool MixesSeries { get; init; }

    public IReadOnlyList<(RunningVgpu Vgpu, ProfileFacts? Profile)> Running { get; init; } = [];

    /// <summary>Frame buffer in MB, without what the driver keeps for itself; null when neither the catalogue nor the host says.</summary>
    public long? MemoryMB => Boards.Select(board => board.MemoryMB).Distinct().ToList() is { Count: 1 } sizes ? sizes[0] : Device.MemoryMB;

    public int VmCount => Running.Select(running => running.Vgpu.VmId).Distinct().Count();

    private IReadOnlyList<RunningVgpu> Vgpus => [.. Running.Select(running => running.Vgpu)];

    /// <summary>Whether a profile is one of this GPU's: true, false, or null when nothing tells.</summary>
    public bool? Has(ProfileFacts profile) => profile switch
    {
        { Type: { } type } when Boards.Count > 0 => Boards.Any(board => board.Name == type.Board),
        { Devices.Count: > 0 } => profile.Devices.Contains((Device.VendorId, Device.DeviceId)),

        // A type of the catalogue belongs to a board of the catalogue, and this GPU is none of them.
        { Type: not null } => false,
        _ => null,
    };

    /// <summary>This GPU with one more vGPU on it.</summary>
    public GpuState With(RunningVgpu vgpu, ProfileFacts profile) => this with { Running = [.. Running, (vgpu, profile)] };

    /// <summary>How many more of a profile have room here.</summary>
    public GpuRoom RoomFor(ProfileFacts profile)
    {
        if (Has(profile) == false)
        {
            return GpuRoom.None(GpuObstacle.OtherGpu, $"{profile.Name} is no profile of this GPU.");
        }

        if (NotInUse is not null)
        {
            return NotInUse;
        }

        if (Running.Any(running => running.Profile is null))
        {
            int most = Mode == GpuVgpuMode.Mig ? AllOf(profile, MigGeometry.KindOf(profile, MigGeometry.MemorySlices(Boards) ?? 0)) : MaxHere(profile) ?? 0;
            return new GpuRoom(
                0, Math.Max(0, most - Running.Count), GpuObstacle.NotKnown, $"{Names(Vgpus)} runs on it, and this account cannot read with which profile.", Vgpus, "What runs on a GPU cannot be read with this account.");
        }

        return Mode switch
        {
            GpuVgpuMode.SameSize => SameSize(profile),
            GpuVgpuMode.MixedSize => MixedSize(profile),
            GpuVgpuMode.Mig => Mig(profile),
            _ => throw new InvalidOperationException("A GPU in one way has one mode."),
        };
    }

    private static string Names(IEnumerable<RunningVgpu> vgpus)
    {
        string[] names = [.. vgpus.Select(vgpu => vgpu.VmName).Distinct().OrderBy(name => name, StringComparer.OrdinalIgnoreCase)];
        const int Shown = 5;
        return names.Length <= Shown ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Shown))} and {names.Length - Shown} more";
    }

    private static string Size(int? memoryMB) => memoryMB is null ? "another size"
        : memoryMB % 1024 == 0 ? string.Format(CultureInfo.InvariantCulture, "{0} GB", memoryMB / 1024)
        : string.Format(CultureInfo.InvariantCulture, "{0} MB", memoryMB);

    private GpuRoom SameSize(ProfileFacts profile)
    {
        if (profile.IsMig == true)
        {
            return GpuRoom.None(GpuObstacle.MigOff, $"{profile.Name} runs on a GPU instance, and the GPU is not in MIG mode.");
        }

        (RunningVgpu Vgpu, ProfileFacts Profile)[] others = [.. Running.Where(running => !running.Profile!.HasSizeOf(profile)).Select(running => (running.Vgpu, running.Profile!))];
        if (others.Length > 0)
        {
            string size = Size(others[0].Profile.MemoryMB);
            return GpuRoom.None(GpuObstacle.OtherSize, $"It runs {others[0].Profile.Name}: while {Names(others.Select(other => other.Vgpu))} runs, only profiles of {size} start on it (same-size mode).", [.. others.Select(other => other.Vgpu)]);
        }

        RunningVgpu[] otherProfile = MixesSeries ? []
            : [.. Running.Where(running => !string.Equals(running.Profile!.Name, profile.Name, StringComparison.OrdinalIgnoreCase)).Select(running => running.Vgpu)];
        if (otherProfile.Length > 0)
        {
            return GpuRoom.None(
                GpuObstacle.OtherSeries, $"It runs {otherProfile[0].Profile}: before vSphere 8.0 U1 a GPU has one profile at a time ({Names(otherProfile)} is in the way).", otherProfile);
        }

        // Of profiles of one size the one with the least maximum counts for all.
        if (Running.Select(running => MaxHere(running.Profile!)).Append(MaxHere(profile)).Min() is not { } most || MaxHere(profile) is null)
        {
            return new GpuRoom(0, 0, GpuObstacle.NotKnown, $"Neither the catalogue nor the host says how many {profile.Name} fit on it.", [], $"The memory of {profile.Name} is not known.");
        }

        int left = Math.Max(0, most - Running.Count);
        return new GpuRoom(left, left, Running.Count == 0 ? GpuObstacle.None : GpuObstacle.Full, Running.Count == 0 ? null : Used(Running.Count, most), Running.Count == 0 ? [] : Vgpus);
    }

    private GpuRoom MixedSize(ProfileFacts profile)
    {
        if (profile.IsMig == true)
        {
            return GpuRoom.None(GpuObstacle.MigOff, $"{profile.Name} runs on a GPU instance, and the GPU is not in MIG mode.");
        }

        if (profile.Type is { MaxPerGpuMixed: null, MaxPerGpu: not null })
        {
            return GpuRoom.None(GpuObstacle.NotInMixedSize, $"{profile.Name} has no placement in mixed-size mode, in which the GPU is.");
        }

        PlacementSpace.Kind? wanted = KindOf(profile);
        PlacementSpace.Kind?[] kinds = [.. Running.Select(running => KindOf(running.Profile!))];
        if (wanted is not null && kinds.All(kind => kind is not null))
        {
            (int Start, int Size)[] placed = [.. Running.Zip(kinds, (running, kind) => (running.Vgpu.Placement, kind!.Size)).Where(one => one.Placement is not null).Select(one => (one.Placement!.Value, one.Size))];
            PlacementSpace.Kind[] unplaced = [.. Running.Zip(kinds, (running, kind) => (running, kind)).Where(one => one.running.Vgpu.Placement is null).Select(one => one.kind!)];
            if (PlacementSpace.FreeStarts(wanted, placed, unplaced) is { } free)
            {
                return Placed(free, wanted.Starts.Count, unplaced.Length > 0, "placements");
            }
        }

        // Without placements only the memory bounds what fits; an empty GPU holds as many as is published.
        int most = profile.Type?.MaxPerGpuMixed ?? MaxHere(profile) ?? 0;
        if (Running.Count == 0 && profile.Type?.MaxPerGpuMixed is not null)
        {
            return new GpuRoom(most, most, GpuObstacle.None, null, []);
        }

        long used = Running.Sum(running => (long)(running.Profile!.MemoryMB ?? 0));
        int byMemory = MemoryMB is { } memory && profile.MemoryMB is { } size ? (int)Math.Max(0, (memory - used) / size) : most;
        return new GpuRoom(
            0,
            Math.Min(most, byMemory),
            byMemory == 0 ? GpuObstacle.Full : GpuObstacle.NotKnown,
            byMemory == 0 ? Used(Running.Count, null) : $"The placements of {profile.Name} on this GPU are not known; {Size((int?)(MemoryMB - used))} of its memory are free.",
            Vgpus,
            "Placements in mixed-size mode are not known for every profile here.");
    }

    private GpuRoom Mig(ProfileFacts profile)
    {
        if (profile.IsMig == false)
        {
            return GpuRoom.None(GpuObstacle.MigOn, $"{profile.Name} is time-sliced, and the GPU is in MIG mode.");
        }

        if (MigGeometry.MemorySlices(Boards) is not { } slices || MigGeometry.KindOf(profile, slices) is not { } wanted)
        {
            return new GpuRoom(0, MaxHere(profile) ?? 0, GpuObstacle.NotKnown, $"How the GPU is cut for {profile.Name} is not known.", Vgpus, "The slices of a GPU or a profile are not known.");
        }

        RunningVgpu[] media = [.. Running.Where(running => running.Profile!.Type?.HasMediaEngines == true).Select(running => running.Vgpu)];
        if (profile.Type?.HasMediaEngines == true && media.Length > 0)
        {
            return GpuRoom.None(GpuObstacle.Full, $"The media engines are in use by {Names(media)}.", media);
        }

        // vGPUs that share a GPU instance: how many instances there are is not readable, only how many there must and can be.
        int seats = MigGeometry.SeatsOf(profile);
        var instances = Running
            .GroupBy(running => running.Profile!.Name, StringComparer.OrdinalIgnoreCase)
            .Select(same => (Facts: same.First().Profile!, Count: same.Count(), same.First().Vgpu, Vgpus: same.Select(one => one.Vgpu).ToArray()))
            .ToArray();
        (int Least, int Most)? bounds = null;
        bool isPlaced = true;
        foreach (int[] counts in WaysToShare([.. instances.Select(same => (same.Count, MigGeometry.SeatsOf(same.Facts)))]))
        {
            List<(int Start, int Size)> placed = [];
            List<PlacementSpace.Kind> unplaced = [];
            int freeSeats = 0;
            for (int index = 0; index < counts.Length; index++)
            {
                (ProfileFacts facts, int count, _, RunningVgpu[] vgpus) = instances[index];
                if (MigGeometry.KindOf(facts, slices) is not { } kind)
                {
                    return new GpuRoom(0, AllOf(profile, wanted), GpuObstacle.NotKnown, $"How {facts.Name} is cut is not known.", Vgpus, "The slices of a GPU or a profile are not known.");
                }

                int[] starts = [.. vgpus.Select(vgpu => vgpu.Placement).OfType<int>().Distinct()];
                placed.AddRange(starts.Take(counts[index]).Select(start => (start, kind.Size)));
                unplaced.AddRange(Enumerable.Repeat(kind, Math.Max(0, counts[index] - starts.Length)));
                if (string.Equals(facts.Name, profile.Name, StringComparison.OrdinalIgnoreCase))
                {
                    freeSeats = (counts[index] * seats) - count;
                }
            }

            isPlaced &= unplaced.Count == 0;
            if (PlacementSpace.FreeStarts(wanted, placed, unplaced) is { } free)
            {
                (int least, int most) = (freeSeats + (free.Least * seats), freeSeats + (free.Most * seats));
                bounds = bounds is { } other ? (Math.Min(other.Least, least), Math.Max(other.Most, most)) : (least, most);
            }
        }

        (int Least, int Most) all = bounds ?? (0, AllOf(profile, wanted));
        if (profile.Type?.HasMediaEngines == true)
        {
            all = (Math.Min(1, all.Least), Math.Min(1, all.Most));
        }

        return bounds is null
            ? new GpuRoom(0, all.Most, GpuObstacle.NotKnown, "What runs on it does not fit the slices that are known of it.", Vgpus, "What runs on a GPU does not fit the slices that are known of it.")
            : Placed(all, profile.Type?.HasMediaEngines == true ? 1 : wanted.Starts.Count * seats, !isPlaced, "GPU instances");
    }

    private GpuRoom Placed((int Least, int Most) free, int all, bool isUncertain, string what)
    {
        bool differs = free.Least != free.Most;
        string? why = Running.Count == 0 ? null
            : differs ? string.Format(CultureInfo.InvariantCulture, "Between {0} and {1} of {2} {3} are free, as what runs on it is placed ({4}).", free.Least, free.Most, all, what, Names(Vgpus))
            : string.Format(CultureInfo.InvariantCulture, "{0} of {1} {2} {3} free ({4} runs on it).", free.Least, all, what, free.Least == 1 ? "is" : "are", Names(Vgpus));
        return new GpuRoom(
            free.Least,
            free.Most,
            Running.Count == 0 ? GpuObstacle.None : GpuObstacle.Full,
            why,
            Running.Count == 0 ? [] : Vgpus,
            differs && isUncertain ? "Where running vGPUs are placed is not readable through vSphere; the numbers hold for every way they may be."
                : Mode == GpuVgpuMode.Mig && free.Most > 0 ? "A vGPU in MIG mode runs on a GPU instance: whether the host makes it at power-on is not confirmed for every version. Get-GpuMig lists those there are."
                : null);
    }

    private static int AllOf(ProfileFacts profile, PlacementSpace.Kind? wanted) => profile.Type?.MaxPerGpu ?? ((wanted?.Starts.Count ?? 0) * MigGeometry.SeatsOf(profile));

    private static PlacementSpace.Kind? KindOf(ProfileFacts profile) => profile.Type is { Placements.Count: > 0 } type
        ? new PlacementSpace.Kind((type.MemoryMB + 1023) / 1024, type.Placements)
        : null;

    private static IEnumerable<int[]> WaysToShare(IReadOnlyList<(int Count, int Seats)> groups)
    {
        IEnumerable<int[]> ways = [[]];
        foreach ((int count, int seats) in groups)
        {
            int least = (count + seats - 1) / seats;
            ways = ways.SelectMany(way => Enumerable.Range(least, count - least + 1), (way, instances) => way.Append(instances).ToArray());
        }

        // Eight instances are the most that any GPU has.
        return ways.Where(way => way.Sum() <= 8);
    }

    private string Used(int count, int? most) => most is { } all
        ? count >= all
            ? string.Format(CultureInfo.InvariantCulture, "It is full: {0} of {1} vGPUs run ({2}).", count, all, Names(Vgpus))
            : string.Format(CultureInfo.InvariantCulture, "{0} of {1} vGPUs run already ({2}).", count, all, Names(Vgpus))
        : $"It is full ({Names(Vgpus)}).";

    /// <summary>How many of a profile fit when nothing else is there, in same-size or MIG mode; null when nothing tells.</summary>
    public int? MaxHere(ProfileFacts profile)
    {
        if (profile.Type?.MaxPerGpu is { } known)
        {
            return known;
        }

        // Computed as every row of the catalogue that is not documented: by the frame buffer, and no more than the virtual functions of a GPU.
        const int MostFunctions = 32;
        return MemoryMB is { } memory && profile.MemoryMB is > 0 and { } size ? (int)Math.Min(MostFunctions, memory / size) : null;
    }
}
