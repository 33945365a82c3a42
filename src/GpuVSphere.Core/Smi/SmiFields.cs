using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Smi;

/// <summary>
/// What one part of a report says, by name. The XML form names by its elements' path (<c>ecc_mode/current_ecc</c>), the text form by its
/// headline and key (<c>ecc mode/current</c>); both end in the same objects here.
/// </summary>
internal sealed class SmiFields
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets a value; of two with one name the later counts, since a GPU's own memory stands behind that of its MIG devices.</summary>
    public void Set(string name, string value) => _values[name] = value.Trim();

    /// <summary>The first of several names that has a value; null when none has, or when it says that there is none.</summary>
    public string? Text(params string[] names)
    {
        string? value = names.Select(name => _values.TryGetValue(name, out string? found) ? found : null).FirstOrDefault(found => found is not null);
        return IsNothing(value) ? null : value;
    }

    /// <summary>A number in front of its unit.</summary>
    public int? Number(params string[] names) => Real(names) is { } number && Math.Abs(number) < int.MaxValue ? (int)Math.Round(number) : null;

    public double? Real(params string[] names)
    {
        string? text = Text(names);
        string digits = text is null ? string.Empty : new string([.. text.TakeWhile(c => char.IsDigit(c) || c is '.' or '-')]);
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
    }

    public bool? Switch(params string[] names) => ReadSwitch(Text(names));

    public static bool? ReadSwitch(string? text) =>
        string.Equals(text, "Enabled", StringComparison.OrdinalIgnoreCase) ? true
        : string.Equals(text, "Disabled", StringComparison.OrdinalIgnoreCase) ? false
        : null;

    public static bool IsNothing(string? value) =>
        string.IsNullOrEmpty(value)
        || value!.ToUpperInvariant() is "N/A" or "NOT FOUND" or "NOT SUPPORTED" or "[N/A]" or "[NOT SUPPORTED]" or "UNKNOWN ERROR" or "REQUESTED FUNCTIONALITY HAS BEEN DEPRECATED";

    /// <summary>The GPU that the fields describe.</summary>
    public NvidiaSmiGpu ToGpu(int index, string? address, string? driver) => new()
    {
        Index = index,
        Address = PciAddress.TryParse(address ?? Text("pci/pci_bus_id", "pci/bus id"), out PciAddress at) ? at : null,
        // In the text form the licensed product's name has the same key as the GPU's, in a part of its own.
        Name = Text("product_name", "/product name", "product name") ?? string.Empty,
        Uuid = Text("uuid", "gpu uuid"),
        Serial = Text("serial", "serial number"),
        DriverVersion = driver,
        VirtualizationMode = Text("gpu_virtualization_mode/virtualization_mode", "virtualization mode"),
        HostVgpuMode = Text("gpu_virtualization_mode/host_vgpu_mode", "host vgpu mode"),
        LicensedProduct = Text(
            "vgpu_software_licensed_product/licensed_product_name", "grid_licensed_product/licensed_product_name", "vgpu software licensed product/product name", "grid licensed product/product name"),
        LicenseStatus = Text(
            "vgpu_software_licensed_product/license_status", "grid_licensed_product/license_status", "vgpu software licensed product/license status", "grid licensed product/license status"),
        VgpuHeterogeneousMode = Text("gpu_virtualization_mode/vgpu_heterogeneous_mode", "vgpu heterogeneous mode"),
        EccCurrent = Switch("ecc_mode/current_ecc", "ecc mode/current"),
        EccPending = Switch("ecc_mode/pending_ecc", "ecc mode/pending"),
        MigCurrent = Switch("mig_mode/current_mig", "mig mode/current"),
        MigPending = Switch("mig_mode/pending_mig", "mig mode/pending"),
        MemoryTotalMB = Number("fb_memory_usage/total", "fb memory usage/total"),
        MemoryUsedMB = Number("fb_memory_usage/used", "fb memory usage/used"),
        MemoryFreeMB = Number("fb_memory_usage/free", "fb memory usage/free"),
        UtilizationPercent = Number("utilization/gpu_util", "utilization/gpu"),
        TemperatureC = Number("temperature/gpu_temp", "gpu current temp"),
        PowerDrawW = Real("power_readings/power_draw", "gpu_power_readings/power_draw", "gpu_power_readings/instant_power_draw", "power draw", "instantaneous power draw"),
    };

    /// <summary>The vGPU that the fields of <c>nvidia-smi vgpu -q</c> describe.</summary>
    public NvidiaSmiVgpu ToVgpu(string id) => new()
    {
        Id = id,
        Name = Text("vgpu name") ?? string.Empty,
        TypeId = Text("vgpu type"),
        VmId = Text("vm id"),
        VmName = Text("vm name"),
        Uuid = Text("vgpu uuid", "mdev uuid"),
        GuestDriverVersion = Text("guest driver version"),
        LicenseStatus = Text("license status") is { } status && !status.StartsWith("N/A", StringComparison.Ordinal) ? status : null,
        Ecc = Switch("ecc mode"),
        GpuInstanceId = Number("gpu instance id"),
        PlacementId = Number("placement id"),
        FrameRateLimit = Number("frame rate limit"),
        MemoryTotalMB = Number("fb memory usage/total"),
        MemoryUsedMB = Number("fb memory usage/used"),
        UtilizationPercent = Number("utilization/gpu"),
    };
}
