namespace GpuVSphere.PowerShell.Binding;

/// <summary>What kind of inventory object is meant.</summary>
public enum InventoryKind
{
    /// <summary>A host.</summary>
    Host,

    /// <summary>A cluster: all of its hosts.</summary>
    Cluster,

    /// <summary>A VM.</summary>
    Vm,
}
