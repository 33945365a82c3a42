namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>What becomes of a VM when its host is to enter maintenance mode, the mildest first.</summary>
public enum MaintenanceWay
{
    /// <summary>It does not run, so that it is in nobody's way.</summary>
    NotRunning,

    /// <summary>DRS moves it by itself.</summary>
    MovedByDrs,

    /// <summary>It can be moved while it runs, and somebody has to do it.</summary>
    MoveByHand,

    /// <summary>It could be moved while it runs, and a setting forbids it so far.</summary>
    MoveAfterSetting,

    /// <summary>It has to be powered off, and can be started on another host.</summary>
    PowerOffAndMove,

    /// <summary>It has to be powered off, and stays off until its host is back.</summary>
    PowerOff,
}
