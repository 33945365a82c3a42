using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Who a simulated server says it is: the source of its AboutInfo, its ServiceContent and its list of API versions.</summary>
internal sealed class ServerProfile
{
    /// <summary>The name the server is known by, such as <c>vcenter.sim.local</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The newest API version, such as <c>8.0.3.0</c>; all older ones are spoken too.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The product version, such as <c>8.0.3</c>.</summary>
    public required string ProductVersion { get; init; }

    public required string Build { get; init; }

    /// <summary>False for an ESXi host that is spoken to directly.</summary>
    public bool IsVCenter { get; init; } = true;

    public required Guid InstanceUuid { get; init; }

    public required MoRef RootFolder { get; init; }

    /// <summary>Managers of the model's own, by their field of ServiceContent, such as <c>fileManager</c> or <c>guestOperationsManager</c>.</summary>
    public IReadOnlyDictionary<string, MoRef> Managers { get; init; } = new Dictionary<string, MoRef>();

    /// <summary>The same server with one manager more.</summary>
    public ServerProfile With(string field, MoRef manager)
    {
        Dictionary<string, MoRef> managers = Managers.ToDictionary(pair => pair.Key, pair => pair.Value);
        managers[field] = manager;
        return new ServerProfile
        {
            Name = Name,
            ApiVersion = ApiVersion,
            ProductVersion = ProductVersion,
            Build = Build,
            IsVCenter = IsVCenter,
            InstanceUuid = InstanceUuid,
            RootFolder = RootFolder,
            Managers = managers,
        };
    }
}
