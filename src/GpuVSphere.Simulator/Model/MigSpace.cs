using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>The slices of a GPU in MIG mode.</summary>
internal static class MigSpace
{
    /// <summary>The memory slice at which one more instance can begin beside those there are, or null.</summary>
    public static int? Find(IReadOnlyCollection<MigInstance> there, MigProfile profile, bool fromEnd)
    {
        bool fits = there.Sum(instance => instance.Profile.ComputeSlices) + profile.ComputeSlices <= MigProfile.AllComputeSlices
            && !(profile.HasMediaEngine && there.Any(instance => instance.Profile.HasMediaEngine));
        IEnumerable<int> starts = fromEnd ? profile.Starts.Reverse() : profile.Starts;
        return fits ? starts.Select(start => (int?)start).FirstOrDefault(start => IsFree(there, start!.Value, profile)) : null;
    }

    /// <summary>How many more instances of a kind fit, each taking the first free place.</summary>
    public static int CountFree(IReadOnlyCollection<MigInstance> there, MigProfile profile)
    {
        List<MigInstance> instances = there.ToList();
        int count = 0;
        while (Find(instances, profile, false) is { } start)
        {
            instances.Add(new MigInstance(0, profile, start));
            count++;
        }

        return count;
    }

    private static bool IsFree(IEnumerable<MigInstance> there, int start, MigProfile profile) =>
        there.All(instance => start + profile.MemorySlices <= instance.Start || instance.Start + instance.Profile.MemorySlices <= start);
}
