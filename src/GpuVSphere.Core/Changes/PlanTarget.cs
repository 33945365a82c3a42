using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>A host, a VM, a cluster or a vCenter that a plan changes.</summary>
/// <param name="Id">The object.</param>
/// <param name="Name">Its name.</param>
/// <param name="ServerName">The server's name, as the user gave it.</param>
public sealed record PlanTarget(VimObjectId Id, string Name, string ServerName)
{
    /// <summary>Whether it is a host.</summary>
    public bool IsHost => Id.Reference.Type == "HostSystem";

    /// <summary>Whether it is a VM; of everything else a change keeps a journal.</summary>
    public bool IsVm => Id.Reference.Type == "VirtualMachine";

    /// <summary>The name, for messages.</summary>
    public override string ToString() => Name;
}
