using System;

namespace GpuVSphere.Changes;

/// <summary>What is watched while a host changes its state.</summary>
/// <param name="ConnectionState">connected, disconnected or notResponding.</param>
/// <param name="InMaintenanceMode">Whether it is in maintenance mode.</param>
/// <param name="BootTime">When it booted; null when the server does not say.</param>
internal sealed record HostRuntime(string ConnectionState, bool InMaintenanceMode, DateTimeOffset? BootTime)
{
    public bool IsConnected => ConnectionState == "connected";
}
