using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>The configuration of a VM. A reconfigure works on a copy and puts it in place when all of it was accepted.</summary>
internal sealed class VmConfig
{
    public string GuestId { get; set; } = "ubuntu64Guest";

    public string Annotation { get; set; } = string.Empty;

    public bool IsTemplate { get; set; }

    /// <summary>19 for vmx-19.</summary>
    public int HardwareVersion { get; set; }

    public string Firmware { get; set; } = "efi";

    public bool SecureBoot { get; set; }

    public long BootDelay { get; set; }

    public bool EnterBiosSetup { get; set; }

    public int NumCpu { get; set; } = 8;

    public int CoresPerSocket { get; set; } = 1;

    public int MemoryMB { get; set; } = 64 * 1024;

    public bool CpuHotAdd { get; set; }

    public bool MemoryHotAdd { get; set; }

    public bool LockMemory { get; set; }

    public long ReservationMB { get; set; }

    public long MemoryLimitMB { get; set; } = -1;

    public string MemorySharesLevel { get; set; } = "normal";

    public long CpuReservationMhz { get; set; }

    public long CpuLimitMhz { get; set; } = -1;

    public string CpuSharesLevel { get; set; } = "normal";

    public string LatencySensitivity { get; set; } = "normal";

    /// <summary>Keys are the same in upper and lower case, as in a .vmx file.</summary>
    public Dictionary<string, string> ExtraConfig { get; private set; } = new(StringComparer.OrdinalIgnoreCase);

    public List<VmDevice> Devices { get; private set; } = [];

    /// <summary>The groups of devices that were given together (8.0).</summary>
    public List<VmDeviceGroup> DeviceGroups { get; private set; } = [];

    public IEnumerable<VmPassthroughDevice> Passthrough => Devices.OfType<VmPassthroughDevice>();

    /// <summary>The devices that need the VM's memory in one place, and keep the VM where it is.</summary>
    public IEnumerable<VmPassthroughDevice> DirectPath => Passthrough.Where(device => device.Kind != PassthroughKind.Vgpu);

    /// <summary>What is reserved in fact: all of it while the reservation is locked to the memory size.</summary>
    public long MemoryReservationMB => LockMemory ? MemoryMB : ReservationMB;

    public VmConfig Copy()
    {
        VmConfig copy = (VmConfig)MemberwiseClone();
        copy.ExtraConfig = new Dictionary<string, string>(ExtraConfig, StringComparer.OrdinalIgnoreCase);
        copy.DeviceGroups = DeviceGroups.ToList();
        copy.Devices = Devices.Select(device => device.Copy()).ToList();
        return copy;
    }

    /// <summary>A value of extraConfig as a flag, as the VMX process reads one.</summary>
    public bool Flag(string key) => ExtraConfig.TryGetValue(key, out string? value) && value.Trim().ToUpperInvariant() is ("TRUE" or "YES" or "1" or "T" or "Y");

    public long? Number(string key) =>
        ExtraConfig.TryGetValue(key, out string? value) && long.TryParse(value.Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long number) ? number : null;
}
