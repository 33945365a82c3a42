namespace GpuVSphere.Readiness.PowerOn;

/// <summary>Why a VM with GPUs did not power on, in one word.</summary>
public enum PowerOnCause
{
    /// <summary>The failure is none of those that are known.</summary>
    Unknown,

    /// <summary>The window of 64-bit memory-mapped I/O is missing or smaller than the VM's GPUs need.</summary>
    MmioTooSmall,

    /// <summary>The VM boots by BIOS, which maps no large BAR.</summary>
    Firmware,

    /// <summary>Passthrough of the device is not in force on the host.</summary>
    DeviceNotActive,

    /// <summary>The host has no device at the address that the VM names.</summary>
    StaleAddress,

    /// <summary>The VM's device was configured for another host, or another device is at its address.</summary>
    SystemIdMismatch,

    /// <summary>Another VM holds the device.</summary>
    DeviceInUse,

    /// <summary>No device of the host fits what the VM asks for dynamically.</summary>
    NoFreeDevice,

    /// <summary>The server takes the device away and brings it back while the VM starts, as its slot can be hot-plugged.</summary>
    HotPlugSlot,

    /// <summary>Not all of the VM's memory is reserved.</summary>
    MemoryNotReserved,

    /// <summary>The host has less free memory than the VM reserves.</summary>
    HostMemory,

    /// <summary>The GPU is not Shared Direct in force.</summary>
    NotSharedDirect,

    /// <summary>No GPU of the host has room for the vGPU.</summary>
    NoGraphicsResources,

    /// <summary>ECC is on with a vGPU release before 9.0.</summary>
    EccOn,

    /// <summary>SR-IOV is off in the BIOS of the server.</summary>
    SriovOff,

    /// <summary>ESXi before 8.0 takes several vGPUs in a VM only of profiles with the whole memory of a GPU.</summary>
    SeveralVgpus,

    /// <summary>The host's NVIDIA driver is not the one that the profile belongs to.</summary>
    HostDriver,

    /// <summary>A licence is missing: of vSphere, or of the vGPU.</summary>
    Licence,

    /// <summary>The host is in maintenance mode or not connected.</summary>
    HostState,
}
