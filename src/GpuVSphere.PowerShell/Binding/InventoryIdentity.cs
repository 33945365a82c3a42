using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Which inventory object is meant: by a name that may hold wildcards, or by reference, with the server it came from where known.</summary>
public abstract class InventoryIdentity
{
    private protected InventoryIdentity(InventoryKind kind, string? name, ManagedObjectReference? reference, ServerHint? server, object? problem)
    {
        Kind = kind;
        Name = name;
        Reference = reference;
        Server = server;
        WrongType = problem;
    }

    /// <summary>What kind of object is meant.</summary>
    public InventoryKind Kind { get; }

    /// <summary>The name, which may hold the wildcards * ? [ ]; with a reference it only serves messages.</summary>
    public string? Name { get; }

    /// <summary>The object's id within its server, or null when only a name was given.</summary>
    public ManagedObjectReference? Reference { get; }

    /// <summary>Where the object came from, or null when it may be on any server.</summary>
    public ServerHint? Server { get; }

    /// <summary>What was given when it was no inventory object of this kind; the cmdlet reports it.</summary>
    internal object? WrongType { get; }

    /// <summary>The name, or else the reference.</summary>
    public override string ToString() => Name ?? Reference?.ToString() ?? string.Empty;
}
