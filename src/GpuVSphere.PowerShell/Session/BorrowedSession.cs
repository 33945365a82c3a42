using System;

namespace GpuVSphere.PowerShell.Session;

/// <summary>
/// A PowerCLI session as plain values, copied on the pipeline thread: PowerCLI's object is not touched again. The cookie is a credential
/// and appears in no text.
/// </summary>
internal sealed class BorrowedSession(string name, Uri serviceUri, string cookie, string user, string? uid, string? instanceUuid, bool isConnected)
{
    public string Name { get; } = name;

    public Uri ServiceUri { get; } = serviceUri;

    /// <summary>The cookie's value byte for byte; double quotes, if any, are part of it.</summary>
    public string Cookie { get; } = cookie;

    public string User { get; } = user;

    public string? Uid { get; } = uid;

    public string? InstanceUuid { get; } = instanceUuid;

    /// <summary>PowerCLI's flag, which may be stale: true is no promise.</summary>
    public bool IsConnected { get; } = isConnected;

    public override string ToString() => Name;
}
