using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>How the vGPUs of one GPU share its time: as configured for the next boot, and in force.</summary>
public sealed record VgpuScheduler
{
    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The GPU.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>The GPU's model, or the name that the host reports.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The policy that the next boot takes from the driver's parameters; null for a value that is not known.</summary>
    public VgpuSchedulerPolicy? Policy { get; init; }

    /// <summary>The time slice that the next boot takes, in milliseconds; null for the driver's default.</summary>
    public double? TimeSliceMs { get; init; }

    /// <summary>The value of the key RmPVMRL that counts for the GPU, such as <c>0x00030001</c>; null when it is not set.</summary>
    public string? RegistryValue { get; init; }

    /// <summary>Whether the value is set for this GPU alone.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The policy in force; null where it could not be read, or where there is none, as in MIG mode.</summary>
    public VgpuSchedulerPolicy? CurrentPolicy { get; init; }

    /// <summary>The time slice in force, in milliseconds; null where it was not told.</summary>
    public double? CurrentTimeSliceMs { get; init; }

    /// <summary>The host driver's version; null when it could not be read.</summary>
    public string? DriverVersion { get; init; }

    /// <summary>Whether a reboot will change what is in force; null when what is in force could not be read.</summary>
    public bool? IsRebootPending { get; init; }

    /// <summary>Names the GPU across servers and processes, as <see cref="GpuDevice.Uid"/> does.</summary>
    public string Uid => GpuDevice.UidOf(HostId, Address);
}
