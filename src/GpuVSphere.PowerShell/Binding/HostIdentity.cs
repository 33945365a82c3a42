using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Which host is meant, or which cluster, and with it all of its hosts.</summary>
public sealed class HostIdentity : InventoryIdentity
{
    /// <summary>A host by name or by PowerCLI's Id.</summary>
    /// <param name="name">The name, with wildcards if wanted, or an Id such as <c>HostSystem-host-61</c>.</param>
    public HostIdentity(string name)
        : this(IdentityReader.KindOfId(name) ?? InventoryKind.Host, name, IdentityReader.ReferenceOf(name), null, null)
    {
    }

    internal HostIdentity(InventoryKind kind, string? name, ManagedObjectReference? reference, ServerHint? server, object? problem)
        : base(kind, name, reference, server, problem)
    {
    }
}
