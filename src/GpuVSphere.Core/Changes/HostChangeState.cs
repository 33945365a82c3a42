namespace GpuVSphere.Changes;

/// <summary>How far a change of a host has come, as it was read back.</summary>
public enum HostChangeState
{
    /// <summary>The host does not show what was asked for.</summary>
    NotApplied,

    /// <summary>Configured; a reboot brings it into force.</summary>
    RebootPending,

    /// <summary>Configured and in force.</summary>
    InForce,
}
