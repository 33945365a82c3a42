namespace GpuVSphere.Vim;

/// <summary>An object among all servers: two vCenters may both have a host-12.</summary>
/// <param name="ServerUuid">The instanceUuid of the vCenter or host that owns the object.</param>
/// <param name="Reference">The object within that server.</param>
public readonly record struct VimObjectId(string ServerUuid, ManagedObjectReference Reference);
