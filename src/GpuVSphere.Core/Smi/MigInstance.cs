namespace GpuVSphere.Smi;

/// <summary>A GPU instance of a GPU in MIG mode.</summary>
/// <param name="Id">The instance's number.</param>
/// <param name="Profile">Its profile without the word MIG, such as <c>1g.10gb</c>.</param>
/// <param name="ProfileId">The profile's number.</param>
/// <param name="Start">The memory slice that it begins at.</param>
/// <param name="Size">How many memory slices it has.</param>
public sealed record MigInstance(int Id, string Profile, int ProfileId, int Start, int Size)
{
    /// <summary>The profile with its place, such as <c>1g.10gb@0:2</c>.</summary>
    public override string ToString() => System.FormattableString.Invariant($"{Profile}@{Start}:{Size}");
}
