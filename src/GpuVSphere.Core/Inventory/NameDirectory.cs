using System.Collections.Generic;

namespace GpuVSphere.Inventory;

/// <summary>The names of one server.</summary>
/// <param name="ServerUuid">The instanceUuid of the server.</param>
/// <param name="ServerName">The server's name, as the user gave it.</param>
/// <param name="Hosts">Its hosts, by name.</param>
/// <param name="Vms">Its VMs, by name.</param>
/// <param name="Clusters">Its clusters, by name.</param>
public sealed record NameDirectory(
    string ServerUuid,
    string ServerName,
    IReadOnlyList<NamedObject> Hosts,
    IReadOnlyList<NamedObject> Vms,
    IReadOnlyList<NamedObject> Clusters);
