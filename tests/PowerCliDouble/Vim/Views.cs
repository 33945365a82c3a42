namespace VMware.Vim;

public sealed class ManagedObjectReference
{
    public string Type { get; set; }

    public string Value { get; set; }

    public override string ToString() => Type + "-" + Value;
}

public abstract class ViewBase
{
    public ManagedObjectReference MoRef { get; internal set; }

    public string Name { get; internal set; }

    // What the real one does on access is unknown; nothing of ours may ask.
    public object Client => throw VMware.VimAutomation.ViCore.Impl.V1.Tripwire.Touched("Client");
}

public sealed class HostSystem : ViewBase;

public sealed class VirtualMachine : ViewBase;

public sealed class ClusterComputeResource : ViewBase;
