namespace GpuVSphere.Simulator;

/// <summary>How a simulated reboot of a host goes.</summary>
public enum RebootOutcome
{
    /// <summary>The host comes back, and what was pending is in force.</summary>
    Normal,

    /// <summary>The host stays away: its connection state remains notResponding.</summary>
    NeverComesBack,

    /// <summary>The host boots, but the server does not connect to it again by itself.</summary>
    ComesBackDisconnected,

    /// <summary>The host comes back, but no pending change of passthrough or graphics types took effect.</summary>
    DevicesStayInactive,

    /// <summary>The host comes back outside maintenance mode.</summary>
    LeavesMaintenance,
}
