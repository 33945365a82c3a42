using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Readiness;

namespace GpuVSphere.Operations;

/// <summary>What a planner proposes for one VM: the change, what it costs, and what the rules are to judge.</summary>
internal sealed class VmProposal
{
    public VmProposal(VmSituation situation, ReadinessAction action)
    {
        Situation = situation;
        Action = action;
        Edit = new VmEdit(situation.Vm);
    }

    public VmSituation Situation { get; }

    public ReadinessAction Action { get; }

    public VmEdit Edit { get; }

    /// <summary>The devices by address that the VM is to get.</summary>
    public List<GpuDevice> Devices { get; } = [];

    /// <summary>What it is to get dynamically.</summary>
    public List<DynamicGpuRequest> DynamicRequests { get; } = [];

    /// <summary>What it is to have of vGPUs; null when the change is not about them.</summary>
    public VgpuQuestion? Vgpu { get; set; }

    /// <summary>What the change costs, in words.</summary>
    public List<string> Consequences { get; } = [];

    /// <summary>What the planner itself has to say, beside the rules.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>How the MMIO size came about; null when it was not asked for.</summary>
    public MmioReport? Mmio { get; set; }

    /// <summary>Why the MMIO size could not be told; null when it could.</summary>
    public string? MmioUnknown { get; set; }

    /// <summary>What else the rules should tell of the MMIO size; null when nothing.</summary>
    public string? MmioWarning { get; set; }

    /// <summary>The VM without the devices that go or become others.</summary>
    public GpuVm Rest() => Situation.Vm with
    {
        PciDevices = [.. Situation.Vm.PciDevices.Where(device => !Edit.RemovedDevices.Contains(device) && Edit.ReplacedVgpus.All(replaced => replaced.Device != device))],
    };

    public ReadinessSubject Subject(VmChangeOptions options) => new()
    {
        Action = Action,
        Target = Situation.Target,
        Host = Situation.Host,
        Vm = Situation.Vm,
        Devices = Devices,
        DynamicRequests = DynamicRequests,
        Vgpu = Vgpu,
        OtherVms = Situation.OtherVms,
        RequiredPrivileges = Edit.RequiredPrivileges(),
        PciDevicesAfter = Situation.Vm.PciDevices.Count + Edit.StaticDevices.Count + Edit.DynamicDevices.Count + Edit.Vgpus.Count - Edit.RemovedDevices.Count,
        NeedsEfi = NeedsEfi(),
        EfiReason = EfiReason(),
        MmioReason = Mmio is { Devices.Count: > 0 } ? Mmio.Reason : null,
        MmioWarning = MmioUnknown ?? MmioWarning,
        NoGuestInstalled = options.NoGuestInstalled,
        MayPowerOff = options.PowerOff,
        MayForce = options.Force,
    };

    // A size that is only computed is not sure enough to stop anything.
    private bool? NeedsEfi() => Mmio is { Devices.Count: 0 } ? false : Mmio is null || Mmio.EfiConfidence < Catalog.FactConfidence.Probable ? null : Mmio.RequiresEfi;

    private string? EfiReason()
    {
        foreach (MmioDevice device in Mmio?.Devices ?? [])
        {
            if (device.RequiresEfi && device.Bars.Count == 0)
            {
                return $"{device.Name} needs 64-bit MMIO, which has no effect on a VM that boots by BIOS";
            }

            if (device.RequiresEfi)
            {
                return $"{device.Name} has a BAR of {device.LargestBarBytes >> 20} MB, and BIOS maps none above 256 MB";
            }
        }

        return null;
    }
}
