namespace GpuVSphere.Changes;

/// <summary>The step that the change of a host has reached. A step is written down before it is begun.</summary>
public enum HostStep
{
    /// <summary>Nothing was touched.</summary>
    NotStarted,

    /// <summary>VMs that stand in the way are being shut down.</summary>
    ShuttingDownVms,

    /// <summary>The host is entering maintenance mode.</summary>
    EnteringMaintenance,

    /// <summary>The configuration is being changed.</summary>
    Applying,

    /// <summary>The host was told to reboot, and is being waited for.</summary>
    Rebooting,

    /// <summary>The result is being read back.</summary>
    Verifying,

    /// <summary>The host is leaving maintenance mode.</summary>
    LeavingMaintenance,

    /// <summary>VMs that the change shut down are being started.</summary>
    StartingVms,

    /// <summary>Worked through, well or badly; the outcome says which.</summary>
    Finished,
}
