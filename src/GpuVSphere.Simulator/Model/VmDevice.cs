using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A virtual device: an ordinary one as it was given, or a <see cref="VmPassthroughDevice"/>.</summary>
internal class VmDevice(int key, DataObject template)
{
    public int Key { get; } = key;

    /// <summary>The device as the client or the scenario described it; key and place come from the fields here.</summary>
    public DataObject Template { get; } = template;

    public int? ControllerKey { get; init; }

    public int? UnitNumber { get; init; }

    public virtual VmDevice Copy() => new(Key, Template) { ControllerKey = ControllerKey, UnitNumber = UnitNumber };
}
