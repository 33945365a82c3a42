using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Which server is meant: a connection of this module, a PowerCLI session, or a name.</summary>
public sealed class ServerIdentity
{
    /// <summary>A server by name.</summary>
    /// <param name="name">The name, which may hold wildcards where connected servers are meant.</param>
    public ServerIdentity(string name) => Name = name;

    internal ServerIdentity(GpuConnection connection)
    {
        Name = connection.Name;
        Connection = connection;
    }

    internal ServerIdentity(BorrowedSession borrowed)
    {
        Name = borrowed.Name;
        Borrowed = borrowed;
    }

    internal ServerIdentity(GpuVSphereSimulator simulator)
    {
        Name = simulator.Uri.GetLeftPart(System.UriPartial.Authority);
        Thumbprint = simulator.Thumbprint;
    }

    internal ServerIdentity(object problem)
    {
        Name = string.Empty;
        WrongType = problem;
    }

    /// <summary>The server's name.</summary>
    public string Name { get; }

    internal GpuConnection? Connection { get; }

    internal BorrowedSession? Borrowed { get; }

    /// <summary>The certificate's thumbprint, when the object itself knows it.</summary>
    internal string? Thumbprint { get; }

    /// <summary>What was given when it was no server; the cmdlet reports it.</summary>
    internal object? WrongType { get; }

    /// <summary>The server's name.</summary>
    public override string ToString() => Name;
}
