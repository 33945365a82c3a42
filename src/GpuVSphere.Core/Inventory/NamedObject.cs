using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>A host, VM or cluster by its name.</summary>
/// <param name="Id">The object.</param>
/// <param name="Name">Its name.</param>
/// <param name="ServerName">The server's name, as the user gave it.</param>
/// <param name="Parent">Of a host, the cluster or compute resource it is in; else null.</param>
public sealed record NamedObject(VimObjectId Id, string Name, string ServerName, ManagedObjectReference? Parent = null);
