namespace GpuVSphere.Simulator.Model;

/// <summary>What the simulator refuses. Each can be turned off, so that a test can show what it is good for.</summary>
internal enum Refusal
{
    // The host's passthrough configuration.
    UnknownDevice,
    DeviceNotCapable,
    LabelBeforeSevenU2,
    RebindWhileInUse,
    PassthroughWhileVgpuRuns,
    HostDisconnected,

    // The host's graphics types.
    UnknownGraphicsDevice,
    VgpuModeBeforeEightU3,
    MixedSizeBeforeAmpere,
    SharedDirectAfterVib,

    // The host's software.
    AcceptanceTooLow,
    UnsignedVib,
    DependencyMissing,
    FileClaimedTwice,
    SoftwareOutsideMaintenance,
    DriverInUse,
    BootbankFull,
    PackageMissing,
    PackageDamaged,
    UnknownVib,
    NoComponent,
    AcceptanceBelowVibs,
    UnknownModule,
    UnknownModuleParameter,
    UploadWithoutFolder,
    DatastoreFull,

    // Maintenance and reboot.
    AlreadyInMaintenance,
    NotInMaintenance,
    MaintenanceWaitsForVms,
    MaintenanceTimeout,
    DrsLeavesVgpus,
    RebootOutsideMaintenance,
    RebootNotSupported,

    // The configuration of a VM.
    TemplateReconfigured,
    StaleChangeVersion,
    HardwareChangeWhileRunning,
    HardwareChangeWhileSuspended,
    DuplicateDeviceKey,
    UnknownDeviceKey,
    TooManyPassthroughDevices,
    TooManyVgpus,
    UnknownDeviceGroup,
    IncompleteDeviceGroup,
    DynamicNeedsHardware17,
    InvalidBacking,
    PassthroughWithSnapshot,
    HotAddWhileRunning,
    FirmwareWhileRunning,
    ReservationAboveMemory,
    MissingPrivilege,

    // Power.
    AlreadyPoweredOn,
    TemplatePoweredOn,
    HostInMaintenance,
    MemoryNotReserved,
    NotEnoughHostMemory,
    DeviceMissing,
    DeviceNotActive,
    HotPlugSlot,
    DeviceInUse,
    WrongIds,
    NoFreeDynamicDevice,
    BiosWithLargeBar,
    MmioTooSmall,
    NoVgpuResources,
    NotPoweredOn,
    GuestToolsMissing,
    SuspendWithPassthrough,
    SnapshotWithPassthrough,
    MigrationWithPassthrough,
    TemplateFromRunningVm,
    DestroyRunningVm,
    UpgradeRunningVm,
    AlreadyUpgraded,
    HardwareTooNew,
    VgpuSriovOff,
    VgpuEccOn,
    FractionalMultiVgpu,
    VgpuSuspendNotSupported,
    VgpuSnapshotNotSupported,
    VgpuMigrationNotSupported,
    VgpuMigrationOtherEcc,
    TaskInProgress,
    DuplicateName,

    // Services.
    UnknownService,

    // Settings of the vCenter.
    UnknownSetting,
    SettingOfOtherType,
}
