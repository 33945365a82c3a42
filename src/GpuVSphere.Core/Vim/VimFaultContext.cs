namespace GpuVSphere.Vim;

/// <summary>What was being done when a fault came.</summary>
/// <param name="Server">The server's name.</param>
/// <param name="Method">The method called, or the property read.</param>
/// <param name="Object">The object it was called on.</param>
/// <param name="IsBorrowed">Whether the session is PowerCLI's.</param>
/// <param name="ObjectName">The object's name where it is known.</param>
internal sealed record VimFaultContext(string Server, string Method, ManagedObjectReference Object, bool IsBorrowed, string? ObjectName = null)
{
    /// <summary>How the object is called in a message.</summary>
    public string Display => ObjectName ?? (Object.IsEmpty ? Server : Object.ToString());
}
