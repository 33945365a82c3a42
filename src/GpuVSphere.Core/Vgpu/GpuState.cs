using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;

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

    /// <summary>The GPU instances there are in MIG mode; null where nobody asked nvidia-smi.</summary>
    public IReadOnlyList<MigInstance>? Instances { get; init; }

    /// <summary>Frame buffer in MB, without what the driver keeps for itself; null when neither the catalogue nor the host says.</summary>
    public long? MemoryMB => Boards.Select(board => board.MemoryMB).Distinct().ToList() is { Count: 1 } sizes ? sizes[0] : Device.MemoryMB;

    public int VmCount => Running.Select(running => running.Vgpu.VmId).Distinct().Count();

    /// <summary>Where nothing stands; null in same-size mode, and where it is not known where the running vGPUs are.</summary>
    public IReadOnlyList<PlaceRange>? FreePlaces => Mode switch
    {
        GpuVgpuMode.MixedSize when MemoryMB is { } memory && Placed is { } placed => PlacementSpace.Free((int)(memory / 1024), placed),
        GpuVgpuMode.Mig when Instances is not null && MigGeometry.MemorySlices(Boards) is { } slices && Placed is { } placed =>
            PlacementSpace.Free(slices, [.. placed, .. IdleInstances.Select(instance => (instance.Start, instance.Size))]),
        _ => null,
    };

    /// <summary>GPU instances that no running vGPU is known to be on.</summary>
    public IReadOnlyList<MigInstance> IdleInstances => [.. (Instances ?? []).Where(instance => Running.All(running => running.Vgpu.Placement != instance.Start))];

    // Where each running vGPU stands; null when that is not known of all of them.
    private IReadOnlyList<(int Start, int Size)>? Placed => Running.All(running => running.Vgpu.Placement is not null && running.Profile is not null && PlaceOf(running.Profile) is not null)
        ? [.. Running.Select(running => (running.Vgpu.Placement!.Value, PlaceOf(running.Profile!)!.Size))]
        : null;

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
                0, Math.Max(0, most - Running.Count), GpuObstacle.NotKnown, $"This account cannot read with which profile all of these VMs run on it: {Names(Vgpus)}.", Vgpus, "What runs on a GPU cannot be read with this account.");
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
            return GpuRoom.None(GpuObstacle.OtherSize, $"While it runs {others[0].Profile.Name} ({Names(others.Select(other => other.Vgpu))}), only profiles of {size} start on it (same-size mode).", [.. others.Select(other => other.Vgpu)]);
        }

        RunningVgpu[] otherProfile = MixesSeries ? []
            : [.. Running.Where(running => !string.Equals(running.Profile!.Name, profile.Name, StringComparison.OrdinalIgnoreCase)).Select(running => running.Vgpu)];
        if (otherProfile.Length > 0)
        {
            return GpuRoom.None(
                GpuObstacle.OtherSeries, $"It runs {otherProfile[0].Profile} ({Names(otherProfile)}), and before vSphere 8.0 U1 a GPU has one profile at a time.", otherProfile);
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
                return Stands(free, wanted.Starts.Count, wanted, unplaced.Length > 0, "placements") with
                {
                    FreePlacements = unplaced.Length > 0 ? null : PlacementSpace.Open(wanted, placed),
                };
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

        RunningVgpu[] media = [.. Running.Where(running => running.Profile!.HasMediaEngines).Select(running => running.Vgpu)];
        if (profile.HasMediaEngines && media.Length > 0)
        {
            return GpuRoom.None(GpuObstacle.Full, $"The media engines are in use by {Names(media)}.", media);
        }

        if (MigRoom.Of(profile, wanted, Running, slices, Instances ?? []) is not { } room)
        {
            return new GpuRoom(0, AllOf(profile, wanted), GpuObstacle.NotKnown, "How a profile that runs on it is cut is not known.", Vgpus, "The slices of a GPU or a profile are not known.");
        }

        if (room.Bounds() is not { } bounds)
        {
            const string Misfit = "What runs on it does not fit the slices that are known of it.";
            return new GpuRoom(0, AllOf(profile, wanted), GpuObstacle.NotKnown, Misfit, Vgpus, Misfit);
        }

        GpuRoom placed = Stands(bounds, profile.HasMediaEngines ? 1 : wanted.Starts.Count * MigGeometry.SeatsOf(profile), wanted, !room.IsPlaced, "GPU instances") with { FreePlacements = room.FreeStarts };
        return room.IdleInTheWay.Count == 0 ? placed : placed with
        {
            Obstacle = GpuObstacle.Full,
            Why = string.Join(" ", ((string?[])[placed.Why, $"GPU instances that no VM uses stand in the way: {string.Join(", ", room.IdleInTheWay)}."]).OfType<string>()),
        };
    }

    private GpuRoom Stands((int Least, int Most) free, int all, PlacementSpace.Kind wanted, bool isUncertain, string what)
    {
        bool differs = free.Least != free.Most;
        RunningVgpu[] inTheWay = [.. Running.Where(running => MayStandOn(running, wanted)).Select(running => running.Vgpu)];
        string names = inTheWay.Length == 0 ? string.Empty : $" (in the way: {Names(inTheWay)})";
        string? why = Running.Count == 0 ? null
            : differs ? string.Format(CultureInfo.InvariantCulture, "Between {0} and {1} of {2} {3} are free, as what runs on it is placed{4}.", free.Least, free.Most, all, what, names)
            : string.Format(CultureInfo.InvariantCulture, "{0} of {1} {2} {3} free{4}.", free.Least, all, what, free.Least == 1 ? "is" : "are", names);
        return new GpuRoom(
            free.Least,
            free.Most,
            Running.Count == 0 ? GpuObstacle.None : GpuObstacle.Full,
            why,
            inTheWay,
            differs && isUncertain ? "Where running vGPUs are placed is not readable through vSphere; the numbers hold for every way they may be. Get-NvidiaSmi knows it: -NvidiaSmi."
                : Mode == GpuVgpuMode.Mig && free.Most > 0 ? MigNote
                : null);
    }

    private string MigNote => Instances is null
        ? "A vGPU in MIG mode runs on a GPU instance. The numbers take it that the host makes it at power-on, which is not confirmed for every version, and that nobody made others by hand: Get-NvidiaSmi knows those there are (-NvidiaSmi)."
        : "A vGPU in MIG mode runs on a GPU instance. The numbers take it that the host makes those that are missing at power-on, which is not confirmed for every version.";

    private bool MayStandOn((RunningVgpu Vgpu, ProfileFacts? Profile) running, PlacementSpace.Kind wanted) =>
        PlaceOf(running.Profile!) is not { } kind
        || (running.Vgpu.Placement is { } placement ? [placement] : kind.Starts).Any(at => wanted.Starts.Any(start => at < start + wanted.Size && start < at + kind.Size));

    private static int AllOf(ProfileFacts profile, PlacementSpace.Kind? wanted) => profile.Type?.MaxPerGpu ?? ((wanted?.Starts.Count ?? 0) * MigGeometry.SeatsOf(profile));

    private PlacementSpace.Kind? PlaceOf(ProfileFacts profile) => Mode == GpuVgpuMode.Mig ? MigGeometry.KindOf(profile, MigGeometry.MemorySlices(Boards) ?? 0) : KindOf(profile);

    private static PlacementSpace.Kind? KindOf(ProfileFacts profile) => profile.Type is { Placements.Count: > 0 } type
        ? new PlacementSpace.Kind((type.MemoryMB + 1023) / 1024, type.Placements)
        : null;

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
