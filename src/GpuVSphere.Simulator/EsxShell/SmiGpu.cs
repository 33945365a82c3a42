using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>A GPU as nvidia-smi sees it.</summary>
internal sealed class SmiGpu
{
    private readonly HostSystem _host;

    private SmiGpu(HostSystem host, PciFunction function, int index, GpuDriver driver)
    {
        _host = host;
        Function = function;
        Index = index;
        Driver = driver;
        Vgpus = host.Vms.Where(vm => vm.PowerState == "poweredOn")
            .SelectMany(vm => vm.Config.Passthrough.Select((device, i) => (vm, device, i)))
            .Where(each => each.device.VgpuFunction == function)
            .Select(each => new SmiVgpu(each.vm, each.device.Seat!, each.i)).ToList();
    }

    public PciFunction Function { get; }

    public int Index { get; }

    public GpuDriver Driver { get; }

    public IReadOnlyList<SmiVgpu> Vgpus { get; }

    public CardModel Card => Function.Card;

    public GpuState State => Function.Gpu;

    /// <summary>Such as <c>00000000:3B:00.0</c>.</summary>
    public string BusId => string.Format(CultureInfo.InvariantCulture, "{0:X8}:{1:X2}:{2:X2}.{3:X}", Function.Id.Segment, Function.Id.Bus, Function.Id.Slot, Function.Id.Function);

    public string Uuid => "GPU-" + StableGuid.From("gpu:" + _host.Name + "/" + Function.Id);

    public string Serial => (1320000000000L + (Math.Abs((long)StableGuid.From("serial:" + _host.Name + Function.Id).GetHashCode()) % 999999999L)).ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The frame buffer as reported: ECC takes a sixteenth of GDDR6 memory (15360 MiB of a T4 in samples/nvidia-smi-q-t4-525-hostvgpu-doc.txt); HBM has its own bits for it.
    /// </summary>
    public int TotalMB => State.IsEccOn && Card.VgpuToken is ("t4" or "a40" or "l40") ? Card.FrameBufferMB * 15 / 16 : Card.FrameBufferMB;

    public int UsedMB => Vgpus.Sum(vgpu => vgpu.UsedMB);

    public int FreeMB => TotalMB - UsedMB;

    public bool IsHostVgpu => _host.Graphics.Type(Function) == "sharedDirect";

    public string VirtualizationMode => IsHostVgpu ? "Host VGPU" : _host.Graphics.Type(Function) == "shared" ? "Host VSGA" : "None";

    public string HostVgpuMode => !IsHostVgpu ? "N/A" : Card.MaxVirtualFunctions > 0 && _host.IsSriovOn ? "SR-IOV" : "Non SR-IOV";

    public string HeterogeneousMode => !Card.CanMixSizes || !IsHostVgpu ? "N/A" : VgpuOffers.ModeOf(_host, Function) == "mixedSize" ? "Enabled" : "Disabled";

    public string EccCurrent => !State.HasEcc ? "N/A" : OnOff(State.IsEccOn);

    public string EccPending => !State.HasEcc ? "N/A" : OnOff(State.WillEccBeOn);

    public string MigCurrent => !Card.IsMigCapable ? "N/A" : OnOff(State.IsMigOn);

    public string MigPending => !Card.IsMigCapable ? "N/A" : OnOff(State.WillMigBeOn);

    public int PowerLimitW => Card.VgpuToken switch { "t4" => 70, "a100" or "p100" or "v100d" => 250, "a40" or "l40" or "a100d" => 300, "h100" => 350, _ => 230 };

    public int PowerW => Math.Min(PowerLimitW, (PowerLimitW / 8) + (Vgpus.Count * 6));

    public int TemperatureC => 31 + Math.Min(30, Vgpus.Count * 3);

    /// <summary>The GPUs that the driver has: those in passthrough are not among them (vim25-gpu.md 8).</summary>
    public static IReadOnlyList<SmiGpu> Visible(HostSystem host) => GpuDriver.Of(host) is { } driver
        ? host.Functions.Where(function => function.Card.IsGpu && !function.IsActive).Select((function, index) => new SmiGpu(host, function, index, driver)).ToList()
        : [];

    /// <summary>Whether <c>-i</c> means this GPU: by number, UUID or bus id.</summary>
    public bool Is(string id) =>
        id == Index.ToString(CultureInfo.InvariantCulture)
        || string.Equals(id, Uuid, StringComparison.OrdinalIgnoreCase)
        || string.Equals(id.TrimStart('0', ':'), BusId.TrimStart('0', ':'), StringComparison.OrdinalIgnoreCase);

    /// <summary>The types it could start now, each judged as the placement judges it.</summary>
    public IEnumerable<VgpuType> Creatable() =>
        VgpuOffers.Ordered(VgpuOffers.Usable(_host, Function)).Where(type => VgpuPlacement.HasRoom(_host, Function, type));

    public IEnumerable<VgpuType> Supported() => VgpuOffers.Ordered(VgpuOffers.Known(_host, Function));

    private static string OnOff(bool isOn) => isOn ? "Enabled" : "Disabled";
}
