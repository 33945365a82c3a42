namespace GpuVSphere.PowerShell.Session;

/// <summary>Where a connection comes from.</summary>
public enum ConnectionOrigin
{
    /// <summary>This module logged in.</summary>
    Own,

    /// <summary>The session is PowerCLI's; it is used and never logged out.</summary>
    PowerCLI,

    /// <summary>A simulator within this process.</summary>
    Simulator,
}
