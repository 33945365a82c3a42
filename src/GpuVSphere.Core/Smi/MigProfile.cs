namespace GpuVSphere.Smi;

/// <summary>A profile that GPU instances can be made of.</summary>
/// <param name="Name">Without the word MIG, such as <c>1g.10gb</c> or <c>1g.10gb+me</c>.</param>
/// <param name="Id">Its number.</param>
/// <param name="Free">How many more can be made now.</param>
/// <param name="Total">How many an empty GPU takes.</param>
/// <param name="MemoryGB">The instance's memory in GiB, as nvidia-smi rounds it.</param>
public sealed record MigProfile(string Name, int Id, int Free, int Total, double MemoryGB);
