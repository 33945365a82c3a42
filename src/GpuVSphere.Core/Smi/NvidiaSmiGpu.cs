using System.Collections.Generic;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Smi;

/// <summary>One GPU as the host's driver sees it. What was not said, or is not applicable, is null.</summary>
public sealed record NvidiaSmiGpu
{
    /// <summary>What <see cref="VirtualizationMode"/> is on a host that can serve vGPUs from it.</summary>
    public const string HostVgpu = "Host VGPU";

    /// <summary>The host; empty when the text was read without one.</summary>
    public VimObjectId HostId { get; init; }

    /// <summary>The host's name; empty when the text was read without one.</summary>
    public string HostName { get; init; } = string.Empty;

    /// <summary>The server's name, as the user gave it.</summary>
    public string ServerName { get; init; } = string.Empty;

    /// <summary>The driver's number for it, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Where it is on the host; null only in a text that was cut down, as by grep.</summary>
    public PciAddress? Address { get; init; }

    /// <summary>The product's name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The GPU's own id, such as <c>GPU-d37e67a5-91dd-3774-a5cb-99096249601a</c>.</summary>
    public string? Uuid { get; init; }

    /// <summary>The board's serial number.</summary>
    public string? Serial { get; init; }

    /// <summary>The host driver.</summary>
    public string? DriverVersion { get; init; }

    /// <summary>None, Host VGPU, Host VSGA; in a guest VGPU or Pass-Through.</summary>
    public string? VirtualizationMode { get; init; }

    /// <summary>SR-IOV or Non SR-IOV.</summary>
    public string? HostVgpuMode { get; init; }

    /// <summary>In a guest: the product that the GPU is licensed for, such as NVIDIA RTX Virtual Workstation; null where the driver names none.</summary>
    public string? LicensedProduct { get; init; }

    /// <summary>In a guest: Licensed, with when it ends where the driver says so, or Unlicensed; null where the GPU needs no licence, and on hosts.</summary>
    public string? LicenseStatus { get; init; }

    /// <summary>Whether vGPUs of different sizes may share it (driver 550 and later): Enabled or Disabled.</summary>
    public string? VgpuHeterogeneousMode { get; init; }

    /// <summary>Whether ECC is in force; null when the GPU has none.</summary>
    public bool? EccCurrent { get; init; }

    /// <summary>Whether ECC will be in force after the next reboot.</summary>
    public bool? EccPending { get; init; }

    /// <summary>Whether MIG mode is in force; null when the GPU has none.</summary>
    public bool? MigCurrent { get; init; }

    /// <summary>Whether MIG mode will be in force after the next reset.</summary>
    public bool? MigPending { get; init; }

    /// <summary>Frame buffer in MiB.</summary>
    public int? MemoryTotalMB { get; init; }

    /// <summary>Frame buffer in use, in MiB.</summary>
    public int? MemoryUsedMB { get; init; }

    /// <summary>Frame buffer that is free, in MiB.</summary>
    public int? MemoryFreeMB { get; init; }

    /// <summary>How busy it was, 0 to 100.</summary>
    public int? UtilizationPercent { get; init; }

    /// <summary>Temperature in degrees Celsius.</summary>
    public int? TemperatureC { get; init; }

    /// <summary>Power drawn, in watts.</summary>
    public double? PowerDrawW { get; init; }

    /// <summary>The vGPUs that run on it.</summary>
    public IReadOnlyList<NvidiaSmiVgpu> Vgpus { get; init; } = [];

    /// <summary>The GPU instances that there are in MIG mode, where they were asked for.</summary>
    public IReadOnlyList<MigInstance> MigInstances { get; init; } = [];

    /// <summary>Names the GPU across servers and processes, as <see cref="GpuDevice.Uid"/> does; null where the text does not say which one it is.</summary>
    public string? Uid => Address is { } address && HostId.ServerUuid is { Length: > 0 } ? GpuDevice.UidOf(HostId, address) : null;

    /// <summary>Whether the host can serve vGPUs from it.</summary>
    public bool IsHostVgpu => string.Equals(VirtualizationMode, HostVgpu, System.StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a change of ECC or MIG mode waits for a reboot.</summary>
    public bool IsRebootPending => EccCurrent != EccPending || MigCurrent != MigPending;
}
