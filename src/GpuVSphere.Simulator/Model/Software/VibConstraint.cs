namespace GpuVSphere.Simulator.Model.Software;

/// <summary>What a package needs, brings or cannot stand beside.</summary>
/// <param name="Name">A package or an interface, such as <c>esx-version</c>.</param>
/// <param name="Relation"><c>&lt;&lt;</c>, <c>&lt;=</c>, <c>=</c>, <c>&gt;=</c> or <c>&gt;&gt;</c>; empty for any version.</param>
/// <param name="Version">The version that the relation is to.</param>
internal sealed record VibConstraint(string Name, string Relation, string Version)
{
    public bool Takes(string name, string version) => name == Name && Relation switch
    {
        "" => true,
        "<<" => VibVersion.Compare(version, Version) < 0,
        "<=" => VibVersion.Compare(version, Version) <= 0,
        "=" => VibVersion.Compare(version, Version) == 0,
        ">=" => VibVersion.Compare(version, Version) >= 0,
        ">>" => VibVersion.Compare(version, Version) > 0,
        _ => false,
    };

    public override string ToString() => Relation.Length == 0 ? Name : Name + " " + Relation + " " + Version;
}
