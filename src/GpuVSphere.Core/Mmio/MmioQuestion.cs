using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Mmio;

/// <summary>The ways to ask for the size of a VM's 64-bit memory-mapped I/O: by numbers, models, devices, a VM, a log, or a page count.</summary>
public static class MmioQuestion
{
    // What a GPU's control registers (BAR0) and its third region took on every board that a source gives them for.
    private const long UsualBar0Bytes = 16L << 20;
    private const long UsualBar3Bytes = 32L << 20;
    private const ushort NvidiaVendorId = 0x10de;

    // NVIDIA's table is for VMs with 32 GB of memory and more; the C-series wants 64 GB in every VM.
    private const int LargeVmMemoryMB = 32 * 1024;
    private const int SmallestComputeGB = 64;

    /// <summary>By plain numbers: so many GPUs with a BAR of so many GB. Only the rule answers.</summary>
    /// <param name="barSizeGB">The BAR of one GPU in GB, more than 0 and at most 16,384.</param>
    /// <param name="count">How many GPUs, 1 to 128.</param>
    /// <exception cref="GpuVSphereException">InvalidBarSize or InvalidDeviceCount.</exception>
    public static MmioReport FromBars(double barSizeGB, int count = 1)
    {
        long bytes = MmioSizing.BarBytes(barSizeGB);
        MmioSizing.DeviceCount(count);
        string text = barSizeGB.ToString("0.######", CultureInfo.InvariantCulture);
        var device = new MmioDevice
        {
            Name = $"GPU with a BAR of {text} GB",
            Bars = [new MmioBar(1, bytes, FactConfidence.Confirmed)],
            Source = "as given",
        };
        string[] notes = (bytes & (bytes - 1)) == 0
            ? []
            : [$"A BAR is always a power of two; {text} GB looks like a frame buffer, whose BAR is often the next power of two. Get-MmioSize -Model <name> knows."];
        return MmioSizing.Size($"{count.ToString(CultureInfo.InvariantCulture)} x {text} GB", [.. Enumerable.Repeat(device, count)], notes: notes);
    }

    /// <summary>By the models of the VM's GPUs.</summary>
    /// <param name="models">Each GPU's model as people write it (<c>A100 80GB</c>); name a model as often as the VM has it.</param>
    /// <param name="catalog">The catalogue; null for the one of this build.</param>
    /// <exception cref="GpuVSphereException">UnknownGpuModel, AmbiguousGpuModel or InvalidDeviceCount.</exception>
    public static MmioReport FromModels(IReadOnlyList<string> models, GpuCatalog? catalog = null)
    {
        MmioSizing.DeviceCount(models.Count);
        var notes = new List<string>();
        MmioDevice[] devices = [.. models.Select(model => FromNames(model, (catalog ?? GpuCatalog.InUse).Resolve(model), notes))];
        return MmioSizing.Size(MmioWords.Devices(devices), devices, notes: [.. notes.Distinct()]);
    }

    /// <summary>By several GPUs of one model.</summary>
    /// <param name="model">The model as people write it.</param>
    /// <param name="count">How many, 1 to 128.</param>
    /// <param name="catalog">The catalogue; null for the one of this build.</param>
    /// <exception cref="GpuVSphereException">UnknownGpuModel, AmbiguousGpuModel or InvalidDeviceCount.</exception>
    public static MmioReport FromModel(string model, int count = 1, GpuCatalog? catalog = null) =>
        FromModels([.. Enumerable.Repeat(model, MmioSizing.DeviceCount(count))], catalog);

    /// <summary>By GPUs of hosts, as if one VM got them all.</summary>
    /// <param name="devices">The GPUs, 1 to 128.</param>
    /// <param name="catalog">The catalogue; null for the one of this build.</param>
    /// <exception cref="GpuVSphereException">UnknownGpuModel or InvalidDeviceCount.</exception>
    public static MmioReport FromDevices(IReadOnlyList<GpuDevice> devices, GpuCatalog? catalog = null)
    {
        MmioSizing.DeviceCount(devices.Count);
        var notes = new List<string>();
        MmioDevice[] sized = [.. devices.Select(device => FromDevice(device, catalog ?? GpuCatalog.InUse, notes))];
        return MmioSizing.Size(MmioWords.Devices(sized), sized, notes: [.. notes.Distinct()]);
    }

    /// <summary>
    /// By a VM, with the GPUs it has, by passthrough and as vGPUs, and those it would get. The size that the VM has set is never lowered, and what is wrong with its keys is told.
    /// </summary>
    /// <param name="vm">The VM as it was read; give it with fewer <see cref="GpuVm.PciDevices"/> to ask what it needs after some are removed.</param>
    /// <param name="hostDevices">The GPUs of its host, by which the static devices of the VM are known.</param>
    /// <param name="added">GPUs that it would get by address; one that it has already is counted once.</param>
    /// <param name="addedDynamic">GPUs that it would get by ids: for each, the ids of which one will do.</param>
    /// <param name="catalog">The catalogue; null for the one of this build.</param>
    /// <param name="addedVgpus">The profiles of vGPUs that it would get.</param>
    /// <exception cref="GpuVSphereException">UnknownGpuModel: the size of a GPU's regions cannot be told. InvalidDeviceCount: more than 128.</exception>
    public static MmioReport FromVm(
        GpuVm vm,
        IReadOnlyList<GpuDevice> hostDevices,
        IReadOnlyList<GpuDevice>? added = null,
        IReadOnlyList<IReadOnlyList<PciIdMatch>>? addedDynamic = null,
        GpuCatalog? catalog = null,
        IReadOnlyList<string>? addedVgpus = null)
    {
        GpuCatalog known = catalog ?? GpuCatalog.InUse;
        var notes = new List<string>();
        var devices = new List<MmioDevice>();
        foreach (VmGpu held in vm.PciDevices)
        {
            if (FromHeld(vm, held, hostDevices, known, notes) is { } device)
            {
                devices.Add(device);
            }
        }

        HashSet<PciAddress> have = [.. vm.PciDevices.Where(held => held.Kind == VmGpuKind.StaticPassthrough && held.Address is not null).Select(held => held.Address!.Value)];
        devices.AddRange((added ?? []).Where(device => have.Add(device.Address)).Select(device => FromDevice(device, known, notes)));
        devices.AddRange((addedDynamic ?? []).Select(ids => FromIds(ids, vm.Name, known, notes)));
        devices.AddRange((addedVgpus ?? []).Select(profile => FromProfile(profile, vm, known, notes)).OfType<MmioDevice>());

        MmioSettings settings = MmioKeys.Read(vm.ExtraConfig);
        MmioReport report = MmioSizing.Size(vm.Name, devices, settings.SizeGB, notes: [.. notes.Distinct()], keyFindings: settings.Findings);
        return report.RequiresEfi && !string.Equals(vm.Firmware, "efi", StringComparison.OrdinalIgnoreCase)
            ? report with { Notes = [.. report.Notes, $"{vm.Name} boots by {vm.Firmware.ToUpperInvariant()}; a region larger than 256 MB needs EFI, and the keys have no effect without it."] }
            : report;
    }

    /// <summary>By a vmware.log that was read.</summary>
    /// <param name="log">What it says.</param>
    /// <exception cref="GpuVSphereException">InvalidBarSize, InvalidPageCount or InvalidDeviceCount.</exception>
    public static MmioReport FromLog(VmwareLog log)
    {
        MmioDevice[] devices =
        [
            .. log.Devices.Select(device => new MmioDevice
            {
                Name = device.Address.ToString(),
                Address = device.Address,
                Bars = [.. device.Bars.Select(bar => new MmioBar(bar.Index, bar.SizeBytes, FactConfidence.Measured))],
                Source = log.Name,
            }),
        ];
        return MmioSizing.Size(log.Name, devices, log.Settings.SizeGB, log.PagesNeeded, LogNotes(log), log.Settings.Findings);
    }

    /// <summary>By the bytes of a vmware.log of any size and encoding.</summary>
    /// <param name="log">Read forward once; not closed.</param>
    /// <param name="name">What to call it in the answer.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">NoPciLinesInLog, NotAVmwareLog, InvalidBarSize or InvalidPageCount.</exception>
    public static async Task<MmioReport> FromLogAsync(Stream log, string name, CancellationToken cancellationToken) =>
        FromLog(await VmwareLogParser.ReadAsync(log, name, cancellationToken).ConfigureAwait(false));

    /// <summary>By lines of a vmware.log, such as come down a pipeline.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="name">What to call them in the answer.</param>
    /// <exception cref="GpuVSphereException">NoPciLinesInLog, NotAVmwareLog, InvalidBarSize or InvalidPageCount.</exception>
    public static MmioReport FromLog(IEnumerable<string> lines, string name) => FromLog(VmwareLogParser.Read(lines, name));

    /// <summary>By the page count of a failed power-on alone.</summary>
    /// <param name="pages">The number after <c>total number of pages needed</c>.</param>
    /// <exception cref="GpuVSphereException">InvalidPageCount.</exception>
    public static MmioReport FromPages(long pages) =>
        MmioSizing.Size($"{MmioWords.Number(pages)} pages", [], pagesNeeded: pages);

    private static string[] LogNotes(VmwareLog log)
    {
        var notes = new List<string>();
        if (log.PowerOns > 1)
        {
            notes.Add($"The log holds {MmioWords.Number(log.PowerOns)} power-ons with passthrough devices; the last one was taken.");
        }

        if (log.HasLaterStartWithoutDevices)
        {
            notes.Add("After that the VM was started without any passthrough device.");
        }

        if (log.DamagedLines > 0)
        {
            notes.Add($"{MmioWords.Number(log.DamagedLines)} line(s) of it are cut or damaged, so a region may be missing and the size too small.");
        }

        if (log.PagesNeeded is { } pages && log.Devices.Count > 0)
        {
            long counted = MmioSizing.PagesNeeded(log.TotalBarBytes);
            if (counted != pages)
            {
                notes.Add($"The regions listed come to {MmioWords.Number(counted)} pages and ESXi counted {MmioWords.Number(pages)}; the larger was taken.");
            }
        }

        if (log.PageLimit is { } limit && limit != MmioSizing.PageLimitWithoutKeys)
        {
            notes.Add($"The limit was {MmioWords.Number(limit)} pages, {MmioWords.Size(Math.Min(limit, long.MaxValue / MmioSizing.PageBytes) * MmioSizing.PageBytes)}, not the {MmioWords.Number(MmioSizing.PageLimitWithoutKeys)} known without the keys.");
        }

        return [.. notes];
    }

    private static MmioDevice? FromHeld(GpuVm vm, VmGpu held, IReadOnlyList<GpuDevice> hostDevices, GpuCatalog catalog, List<string> notes)
    {
        switch (held.Kind)
        {
            case VmGpuKind.DynamicPassthrough:
                return FromIds(held.AllowedDevices, vm.Name, catalog, notes);
            case VmGpuKind.Vgpu when held.VgpuProfile is { } vgpu:
                return FromProfile(vgpu, vm, catalog, notes);
            case VmGpuKind.StaticPassthrough:
                GpuDevice[] ofHost =
                [
                    .. hostDevices.Where(candidate => vm.HostName is null || string.Equals(candidate.HostName, vm.HostName, StringComparison.OrdinalIgnoreCase)),
                ];
                if (ofHost.FirstOrDefault(candidate => candidate.Address == held.Address) is { } device)
                {
                    return FromDevice(device, catalog, notes);
                }

                // Where the host's GPUs were read and this is not one of them, it may be the audio function of a card; only known ids count then.
                bool isKnown = held.AllowedDevices.Any(ids => catalog.FindAll(ids.VendorId, ids.DeviceId, 0, 0).Count > 0);
                if (isKnown || (ofHost.Length == 0 && held.AllowedDevices.Any(ids => ids.VendorId == NvidiaVendorId)))
                {
                    return FromIds(held.AllowedDevices, vm.Name, catalog, notes);
                }

                break;
        }

        // Other vendors' devices map memory too, but nobody says how much.
        notes.Add($"{held.DeviceLabel ?? "A PCI device"} of {vm.Name} is no GPU and was not counted.");
        return null;
    }

    /// <summary>A vGPU: what NVIDIA publishes for one on its GPU. Null where nothing is asked for.</summary>
    private static MmioDevice? FromProfile(string profile, GpuVm vm, GpuCatalog catalog, List<string> notes)
    {
        if (VgpuCatalog.InUse.FindType(profile) is not { } type)
        {
            notes.Add($"The catalogue does not know the vGPU {profile}, so the window that it may need was not counted.");
            return null;
        }

        int? published = null;
        foreach (VgpuBoard board in VgpuCatalog.InUse.Boards.Where(board => board.Name == type.Board && vm.MemoryMB >= LargeVmMemoryMB))
        {
            GpuSubsystem[] subsystems = board.Subsystems.Count > 0 ? [.. board.Subsystems] : [default];
            foreach (GpuModel model in subsystems.SelectMany(ids => catalog.FindAll(NvidiaVendorId, board.DeviceId, ids.VendorId, ids.DeviceId)))
            {
                published = Math.Max(published ?? 0, model.PublishedMmioGB ?? 0) is > 0 and var size ? size : null;
            }
        }

        if (type.Series == VgpuSeries.C)
        {
            published = Math.Max(published ?? 0, SmallestComputeGB);
        }

        return published is null ? null : new MmioDevice
        {
            Name = "vGPU " + type.Name,
            Bars = [],
            PublishedGB = published,
            Source = "NVIDIA's table for vGPU VMs",
        };
    }

    private static MmioDevice FromIds(IReadOnlyList<PciIdMatch> accepted, string vmName, GpuCatalog catalog, List<string> notes)
    {
        GpuModel[] models =
        [
            .. accepted.SelectMany(ids => catalog.FindAll(ids.VendorId, ids.DeviceId, ids.SubVendorId ?? 0, ids.SubDeviceId ?? 0)).Distinct(),
        ];
        if (models.Length == 0)
        {
            string ids = string.Join(", ", accepted.Select(id => string.Format(CultureInfo.InvariantCulture, "{0:x4}:{1:x4}", id.VendorId, id.DeviceId)));
            throw Unknown(ids.Length > 0 ? $"a device {ids}" : "a device without ids", vmName);
        }

        return FromNames(string.Join(" or ", models.Select(model => model.Name)), models, notes);
    }

    private static MmioDevice FromDevice(GpuDevice device, GpuCatalog catalog, List<string> notes)
    {
        IReadOnlyList<GpuModel> models = catalog.FindAll(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId);
        if (models.Count > 0)
        {
            return FromNames(string.Join(" or ", models.Select(model => model.Name)), models, notes) with { HostName = device.HostName, Address = device.Address };
        }

        if (device.MemoryMB is not > 0)
        {
            throw Unknown(
                string.Format(CultureInfo.InvariantCulture, "{0} ({1:x4}:{2:x4}) at {3}", device.Name, device.VendorId, device.DeviceId, device.Address),
                device.HostName);
        }

        string name = string.IsNullOrWhiteSpace(device.Name) ? device.Address.ToString() : device.Name;
        notes.Add($"The catalogue does not know {name}; its BAR1 is computed from its {MmioWords.Number(device.MemoryMB.Value)} MB of memory.");
        return new MmioDevice
        {
            Name = name,
            HostName = device.HostName,
            Address = device.Address,
            Bars = Bars(UsualBar0Bytes, ComputedBar1((device.MemoryMB.Value + 1023) / 1024), UsualBar3Bytes, FactConfidence.Computed, isUsual0: true, isUsual3: true),
            Source = "computed from the memory that the host reports",
        };
    }

    /// <summary>One device that may be any of some models: the one that asks for most.</summary>
    private static MmioDevice FromNames(string name, IReadOnlyList<GpuModel> models, List<string> notes)
    {
        long bar1 = models.Max(Bar1);
        GpuModel[] largest = [.. models.Where(model => Bar1(model) == bar1)];
        FactConfidence confidence = largest.Min(model => model.Bar1Bytes is null ? FactConfidence.Computed : model.Bar1Confidence);
        string display = models.Count == 1 ? models[0].Name : name;
        if (confidence <= FactConfidence.Computed)
        {
            notes.Add($"For {display} the BAR1 of {MmioWords.Size(bar1)} is computed from the memory; for certainty read it from a vmware.log (Get-MmioSize -VM <name> -Probe).");
        }
        else if (confidence == FactConfidence.Doubtful)
        {
            notes.Add($"For {display} the sources of the BAR1 of {MmioWords.Size(bar1)} are weak or disagree; for certainty read it from a vmware.log (Get-MmioSize -VM <name> -Probe).");
        }

        if (models.Any(model => model.DisplayModeChangesBar1))
        {
            notes.Add($"NVIDIA's display mode tool changes the BAR1 of {display}; the answer is for the mode without displays.");
        }

        if (models.Count > 1)
        {
            notes.Add($"'{display}' may be any of {MmioWords.Number(models.Count)} boards: {string.Join(", ", models.Select(model => model.Name))}. The largest was counted.");
        }

        long bar0 = models.Max(model => model.Bar0Bytes ?? UsualBar0Bytes);
        long bar3 = models.Max(model => model.Bar3Bytes ?? UsualBar3Bytes);
        return new MmioDevice
        {
            Name = display,
            Bars = Bars(bar0, bar1, bar3, confidence, models.Any(model => model.Bar0Bytes is null), models.Any(model => model.Bar3Bytes is null)),
            PublishedGB = models.Max(model => model.PublishedMmioGB),
            Source = largest[0].Source,
        };
    }

    private static MmioBar[] Bars(long bar0, long bar1, long bar3, FactConfidence confidence, bool isUsual0, bool isUsual3) =>
    [
        new(0, bar0, isUsual0 ? FactConfidence.Computed : FactConfidence.Confirmed),
        new(1, bar1, confidence),
        new(3, bar3, isUsual3 ? FactConfidence.Computed : FactConfidence.Confirmed),
    ];

    private static long Bar1(GpuModel model) => model.Bar1Bytes ?? ComputedBar1(model.MemoryGB);

    /// <summary>A window on all of the frame buffer, which is as large as BAR1 gets: the next power of two that holds it.</summary>
    private static long ComputedBar1(long memoryGB) => MmioSizing.RoundUpToPowerOfTwo(Math.Max(1, memoryGB)) * MmioSizing.BytesPerGB;

    private static GpuVSphereException Unknown(string what, string where) => new(
        "UnknownGpuModel",
        GpuErrorCategory.ObjectNotFound,
        $"The catalogue does not know {what} of {where}, and the size of its memory is not known either, so its BARs cannot be told.",
        where,
        "Read them from the device: Get-MmioSize -VM <name> -Probe. Or give them: Get-MmioSize -BarSizeGB <GB> -Count <n>.");
}
