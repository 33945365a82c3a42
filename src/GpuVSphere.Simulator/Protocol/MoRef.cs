namespace GpuVSphere.Simulator.Protocol;

/// <summary>A reference to a managed object of the simulator.</summary>
internal readonly record struct MoRef(string Type, string Value)
{
    public override string ToString() => Type + ":" + Value;
}
