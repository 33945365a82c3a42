using System.Collections.Generic;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>A PCI or vGPU device in a VM's configuration.</summary>
public sealed record VmGpu
{
    /// <summary>The VM.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The name of the host where the VM is registered.</summary>
    public string? HostName { get; init; }

    /// <summary>The key of the device within the VM.</summary>
    public required int Key { get; init; }

    /// <summary>What kind of device it is.</summary>
    public required VmGpuKind Kind { get; init; }

    /// <summary>The label in the VM's settings, such as <c>PCI device 0</c>.</summary>
    public string? DeviceLabel { get; init; }

    /// <summary>The host address: of a static device as configured, of a dynamic one as assigned while the VM runs; else null.</summary>
    public PciAddress? Address { get; init; }

    /// <summary>The device and vendor ids that are accepted (one for static, several may be for dynamic); empty for vGPU.</summary>
    public IReadOnlyList<PciIdMatch> AllowedDevices { get; init; } = [];

    /// <summary>The systemId that a static device was configured with.</summary>
    public string? SystemId { get; init; }

    /// <summary>The label that a dynamic device asks for, or null.</summary>
    public string? CustomLabel { get; init; }

    /// <summary>The profile of a vGPU, or null.</summary>
    public string? VgpuProfile { get; init; }

    /// <summary>Whether a vGPU can be moved while the VM runs, as the VM's configuration says (7.0 U2 and later); null when it does not.</summary>
    public bool? CanMigrate { get; init; }

    /// <summary>The size of a vGPU's state during a vMotion in MB, as the VM's configuration says (8.0 and later); null when it does not.</summary>
    public int? MigrationSizeMB { get; init; }

    /// <summary>Whether a vGPU moves with a stun of less than a second (8.0 and later); null when nothing tells.</summary>
    public bool? IsEnhancedMigration { get; init; }

    /// <summary>The number of the device in the VM's settings, as its label has it: the N of <c>pciPassthruN</c>; null when the label does not tell.</summary>
    public int? Index { get; init; }

    /// <summary>The plug-in parameters of a vGPU, such as <c>enable_uvm</c>, by name without regard to case; empty for others.</summary>
    public IReadOnlyDictionary<string, string> PluginParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The device group that it belongs to, such as <c>Nvidia:2@grid_a100-40c%NVLink</c> (8.0 and later); null when it stands alone.</summary>
    public string? DeviceGroup { get; init; }

    /// <summary>The key of its device group within the VM; null when it stands alone.</summary>
    public int? DeviceGroupKey { get; init; }

    /// <summary>The model by the catalogue, or null when it is not known.</summary>
    public string? Model { get; init; }

    /// <summary>Names the VM's device across servers and processes: what is left of the object in a job or a file still says which one it is.</summary>
    public string Uid => $"/GpuVSphere={VmId.ServerUuid}/VirtualMachine={VmId.Reference}/VmGpu={Key}/";
}
