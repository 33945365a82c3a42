using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Smi;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>All that is known of a failed power-on: what was said, and how the VM and its host are.</summary>
internal sealed record PowerOnEvidence
{
    private const ushort Nvidia = 0x10DE;

    /// <summary>What was looked at, for messages.</summary>
    public required string Subject { get; init; }

    /// <summary>The lines that tell of the failure, those of the fault before those of the log.</summary>
    public IReadOnlyList<PowerOnLine> Lines { get; init; } = [];

    /// <summary>The types of the faults that were thrown.</summary>
    public IReadOnlyList<string> FaultTypes { get; init; } = [];

    /// <summary>What the log says; null when there is none.</summary>
    public PowerOnLog? Log { get; init; }

    /// <summary>The VM as it is now; null when no server was asked.</summary>
    public GpuVm? Vm { get; init; }

    /// <summary>The VM's host as it is now; null when no server was asked, or when it could not be read.</summary>
    public GpuHost? Host { get; init; }

    /// <summary>NVIDIA's driver on the host; null when it was not asked for or could not be read.</summary>
    public DriverVersion? HostDriver { get; init; }

    /// <summary>What nvidia-smi said of the host's GPUs; empty when it was not asked.</summary>
    public IReadOnlyList<NvidiaSmiGpu> Smi { get; init; } = [];

    /// <summary>The VM's name; null when nothing tells it.</summary>
    public string? VmName => Vm?.Name ?? Log?.VmName;

    /// <summary>The host's name, or null.</summary>
    public string? HostName => Host?.Name ?? Vm?.HostName;

    /// <summary>The host in a sentence.</summary>
    public string HostText => HostName ?? "the host";

    /// <summary>The VM in a sentence.</summary>
    public string VmText => VmName ?? "the VM";

    /// <summary>Whether the host's devices were read, so that what is not there is not there.</summary>
    public bool KnowsHost => Host is { IsConnected: true };

    /// <summary>efi or bios; null when it is not known.</summary>
    public string? Firmware => Vm?.Firmware.ToLowerInvariant() ?? Log?.Firmware;

    /// <summary>The VM's vGPUs.</summary>
    public IEnumerable<VmGpu> Vgpus => (Vm?.PciDevices ?? []).Where(device => device.Kind == VmGpuKind.Vgpu && device.VgpuProfile is not null);

    /// <summary>The profiles concerned: those of the VM, or the one that a line names.</summary>
    public IReadOnlyList<string> Profiles => [.. Vgpus.Select(device => device.VgpuProfile!).Concat(Lines.Select(line => PowerOnTexts.Profile(line.Text)).OfType<string>()).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The VM's passthrough GPUs.</summary>
    public IEnumerable<VmGpu> PassthroughGpus => (Vm?.PciDevices ?? []).Where(device =>
        device.Kind is VmGpuKind.StaticPassthrough || (device.Kind is VmGpuKind.DynamicPassthrough && device.AllowedDevices.Any(ids => ids.VendorId == Nvidia)));

    /// <summary>The first line with a text, or null.</summary>
    public PowerOnLine? Find(string text) => Lines.FirstOrDefault(line => PowerOnTexts.Has(line.Text, text));

    /// <summary>Whether one of these faults was thrown.</summary>
    public bool IsFault(params string[] types) => FaultTypes.Any(types.Contains);

    /// <summary>The line of NVIDIA's plug-in that did not start, or null.</summary>
    public PowerOnLine? PluginLine => Find(PowerOnTexts.NoPlugin);

    /// <summary>The line that says that the host has no graphics resource left, or null.</summary>
    public PowerOnLine? NoResourceLine => Find(PowerOnTexts.NoResource) ?? (IsFault("InsufficientGraphicsResourcesFault") ? Lines.FirstOrDefault() ?? new PowerOnLine("InsufficientGraphicsResourcesFault", "the fault") : null);

    /// <summary>
    /// The static devices that a line may mean: the one at the address it names, or, where it names none but a number or nothing, those of the VM. The VM's own device is null
    /// where no server was asked.
    /// </summary>
    public IEnumerable<(PciAddress Address, VmGpu? Device)> Meant(PowerOnLine line)
    {
        VmGpu[] own = [.. (Vm?.PciDevices ?? []).Where(device => device is { Kind: VmGpuKind.StaticPassthrough, Address: not null })];
        IReadOnlyList<PciAddress> named = PowerOnTexts.Addresses(line.Text);
        if (named.Count == 0)
        {
            int? index = PowerOnTexts.DeviceIndex(line.Text);
            return own.Where(device => index is null || device.Index is null || device.Index == index).Select(device => (device.Address!.Value, (VmGpu?)device));
        }

        PciAddress address = named.FirstOrDefault(one => own.Any(device => device.Address == one));
        if (own.FirstOrDefault(device => device.Address == address) is { } held)
        {
            return [(address, held)];
        }

        return [(named.Cast<PciAddress?>().FirstOrDefault(one => Host?.Devices.Any(device => device.Address == one) == true) ?? named[0], null)];
    }

    /// <summary>The lines that say that a device cannot be had, whatever the reason.</summary>
    public IEnumerable<PowerOnLine> DeviceLines => Lines.Where(line => PowerOnTexts.Has(line.Text, PowerOnTexts.NotPassthrough) || PowerOnTexts.Has(line.Text, PowerOnTexts.NotAvailable));

    /// <summary>A GPU of the host that could take the place of one of the VM's: active, held by nobody, and of the same model where there is one.</summary>
    public GpuDevice? Substitute(VmGpu? device, PciAddress except) => (Host?.Devices ?? [])
        .Where(one => one.Address != except && one.State == PassthroughState.Active && one.Assignments.Count == 0)
        .OrderByDescending(one => device?.AllowedDevices.Any(ids => ids.VendorId == one.VendorId && ids.DeviceId == one.DeviceId) == true)
        .FirstOrDefault();

    /// <summary>The commands that take a static device from the VM and give another; null when the VM's name is not known.</summary>
    public string? Replace(PciAddress old, PciAddress other) => VmName is { } vm
        ? $"Remove-VmGpuPassthrough -VM {Typed.Name(vm)} -Device {old}; Add-VmGpuPassthrough -VM {Typed.Name(vm)} -Device {other}"
        : null;

    /// <summary>How large the window is for the VM's GPUs as it is now; null when it cannot be told.</summary>
    public MmioReport? MmioNow()
    {
        if (Vm is null)
        {
            return null;
        }

        try
        {
            return MmioQuestion.FromVm(Vm, Host?.Devices ?? []);
        }
        catch (GpuVSphereException)
        {
            // A model that the catalogue does not know: nothing is claimed of its size.
            return null;
        }
    }

    /// <summary>What to do where more of the VM must be known than was given.</summary>
    public string LookAtVm => VmName is { } vm && Vm is null ? $"Resolve-GpuPowerOnFault -VM {Typed.Name(vm)} looks at the VM and its host." : "Resolve-GpuPowerOnFault -VM <name> looks at the VM and its host.";
}
