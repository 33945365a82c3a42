namespace GpuVSphere.Inventory;

/// <summary>How far a device is on its way to passthrough, in one word.</summary>
public enum PassthroughState
{
    /// <summary>The host says that this device cannot be passed through.</summary>
    NotCapable,

    /// <summary>Possible, not configured, and not active.</summary>
    Disabled,

    /// <summary>Configured, and not yet in force: the host must be rebooted.</summary>
    EnabledPendingReboot,

    /// <summary>In force: the device can be given to a VM.</summary>
    Active,

    /// <summary>No longer configured, and still in force until the host is rebooted.</summary>
    DisabledPendingReboot,
}
