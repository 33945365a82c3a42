using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>ECC of one GPU of a host.</summary>
public sealed record GpuEcc
{
    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The GPU.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>The GPU's product name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Whether ECC is in force; null when the GPU has none.</summary>
    public bool? Current { get; init; }

    /// <summary>Whether it will be after the next reboot.</summary>
    public bool? Pending { get; init; }

    /// <summary>The host driver.</summary>
    public string? DriverVersion { get; init; }

    /// <summary>Whether the GPU has ECC.</summary>
    public bool IsSupported => Current is not null;

    /// <summary>Whether a change waits for a reboot.</summary>
    public bool IsRebootPending => Current != Pending;

    /// <summary>Names the GPU across servers and processes, as <see cref="GpuDevice.Uid"/> does.</summary>
    public string Uid => GpuDevice.UidOf(HostId, Address);

    /// <summary>What nvidia-smi says, as far as it is about ECC; null for a text without addresses.</summary>
    /// <param name="gpu">The GPU as it was read.</param>
    public static GpuEcc? Of(NvidiaSmiGpu gpu) => gpu.Address is not { } address ? null : new GpuEcc
    {
        HostId = gpu.HostId,
        HostName = gpu.HostName,
        ServerName = gpu.ServerName,
        Address = address,
        Name = gpu.Name,
        Current = gpu.EccCurrent,
        Pending = gpu.EccPending,
        DriverVersion = gpu.DriverVersion,
    };
}
