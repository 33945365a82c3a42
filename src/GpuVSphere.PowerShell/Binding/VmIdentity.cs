using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Which VM is meant.</summary>
public sealed class VmIdentity : InventoryIdentity
{
    /// <summary>A VM by name or by PowerCLI's Id.</summary>
    /// <param name="name">The name, with wildcards if wanted, or an Id such as <c>VirtualMachine-vm-1013</c>.</param>
    public VmIdentity(string name)
        : this(name, IdentityReader.ReferenceOf(name), null, null)
    {
    }

    internal VmIdentity(string? name, ManagedObjectReference? reference, ServerHint? server, object? problem)
        : base(InventoryKind.Vm, name, reference, server, problem)
    {
    }
}
