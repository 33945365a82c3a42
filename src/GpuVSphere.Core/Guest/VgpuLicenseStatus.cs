namespace GpuVSphere.Guest;

/// <summary>Whether a guest has its vGPU licence.</summary>
public enum VgpuLicenseStatus
{
    /// <summary>It could not be read.</summary>
    Unknown,

    /// <summary>It has it.</summary>
    Licensed,

    /// <summary>It has none, and the driver says that it needs one.</summary>
    Unlicensed,

    /// <summary>The driver asks for none: a whole GPU with a driver that needs no licence.</summary>
    NotNeeded,
}
