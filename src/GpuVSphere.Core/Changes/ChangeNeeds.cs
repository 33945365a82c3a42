using System;

namespace GpuVSphere.Changes;

/// <summary>What has to be done around a change so that it takes effect.</summary>
[Flags]
public enum ChangeNeeds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The VM must be powered off.</summary>
    PowerOff = 1,

    /// <summary>The host must be in maintenance mode.</summary>
    MaintenanceMode = 2,

    /// <summary>The host must be rebooted.</summary>
    Reboot = 4,
}
