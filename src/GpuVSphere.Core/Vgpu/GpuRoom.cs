using System.Collections.Generic;

namespace GpuVSphere.Vgpu;

/// <summary>How much room a GPU has for a profile.</summary>
/// <param name="Least">How many start for certain.</param>
/// <param name="Most">How many start at most.</param>
/// <param name="Obstacle">What stops the next one after them.</param>
/// <param name="Why">The same in a sentence; null when the whole GPU is free for the profile.</param>
/// <param name="InTheWay">The VMs that would have to go.</param>
/// <param name="Note">What the numbers rest on where it is not readable or computed; null when there is nothing to be said.</param>
internal sealed record GpuRoom(int Least, int Most, GpuObstacle Obstacle, string? Why, IReadOnlyList<RunningVgpu> InTheWay, string? Note = null)
{
    /// <summary>Where the profile can be placed now, in mixed-size and MIG mode; null where that is not known, or in another mode.</summary>
    public IReadOnlyList<int>? FreePlacements { get; init; }

    public static GpuRoom None(GpuObstacle obstacle, string why) => new(0, 0, obstacle, why, []);

    public static GpuRoom None(GpuObstacle obstacle, string why, IReadOnlyList<RunningVgpu> inTheWay) => new(0, 0, obstacle, why, inTheWay);
}
