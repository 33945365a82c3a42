namespace GpuVSphere.Vim;

/// <summary>What a server says of itself.</summary>
public sealed record AboutInfo
{
    /// <summary>Such as <c>VMware vCenter Server 8.0.3 build-24022515</c>.</summary>
    public string FullName { get; init; } = string.Empty;

    /// <summary>The product's version, such as <c>8.0.3</c>.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>The build number.</summary>
    public string Build { get; init; } = string.Empty;

    /// <summary>VirtualCenter for a vCenter, HostAgent for an ESXi host.</summary>
    public string ApiType { get; init; } = string.Empty;

    /// <summary>The newest API version of the server.</summary>
    public string ApiVersion { get; init; } = string.Empty;

    /// <summary>The server's own id; empty when it gives none.</summary>
    public string InstanceUuid { get; init; } = string.Empty;

    internal static AboutInfo Read(VimReader reader)
    {
        AboutInfo about = new();
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "fullName": about = about with { FullName = reader.String() }; break;
                case "version": about = about with { Version = reader.String() }; break;
                case "build": about = about with { Build = reader.String() }; break;
                case "apiType": about = about with { ApiType = reader.String() }; break;
                case "apiVersion": about = about with { ApiVersion = reader.String() }; break;
                case "instanceUuid": about = about with { InstanceUuid = reader.String() }; break;
            }
        }

        return about;
    }
}
