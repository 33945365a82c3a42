using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>Not all of the VM's memory is reserved.</summary>
internal sealed class MemoryNotReservedCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.MemoryNotReserved;

    /// <inheritdoc/>
    public override string Title => "Not all of the VM's memory is reserved";

    /// <inheritdoc/>
    public override string KnownBy => "'memory reservation (sched.mem.min) should be equal to memsize'; or the vGPU plug-in does not start and memory is not reserved";

    /// <inheritdoc/>
    public override string Source => "A VM with a passthrough device or a vGPU keeps all of its memory reserved (vSphere 7.0 documentation GUID-5B3CAB26; frankdenneman.nl 2022-10-18)";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        bool? isReserved = evidence.Vm is { } vm ? vm.IsMemoryReservationLocked || vm.MemoryReservationMB >= vm.MemoryMB : null;
        if (evidence.Lines.FirstOrDefault(one => PowerOnTexts.Has(one.Text, PowerOnTexts.Reservation) && PowerOnTexts.Has(one.Text, "should be")) is { } line)
        {
            yield return isReserved == true
                ? Finding(evidence, PowerOnCertainty.Proved, line, "Not all of the VM's memory was reserved; by now it is.", $"Power {evidence.VmText} on again.")
                : Finding(evidence, PowerOnCertainty.Proved, line, Missing(evidence), Next(evidence), Command(evidence));
        }
        else if (evidence.PluginLine is { } plugin && isReserved == false)
        {
            yield return Finding(evidence, PowerOnCertainty.Likely, plugin, Missing(evidence), Next(evidence), Command(evidence));
        }
        else if (evidence.PluginLine is { } possible && isReserved is null)
        {
            yield return Finding(evidence, PowerOnCertainty.Possible, possible, "All memory of the VM must be reserved.", evidence.LookAtVm);
        }
    }

    private static string Missing(PowerOnEvidence evidence) => evidence.Vm is { } vm
        ? $"All memory of the VM must be reserved: {vm.Name} reserves {vm.MemoryReservationMB} of {vm.MemoryMB} MB"
        : "All memory of the VM must be reserved, and it is not";

    private static string Next(PowerOnEvidence evidence) => Command(evidence) is null
        ? "Reserve all guest memory in the VM's settings, then power it on." + (evidence.Vm is null ? " " + evidence.LookAtVm : string.Empty)
        : "The VM has the device already: the command reserves the memory and whatever else it lacks; then power it on.";

    private static string? Command(PowerOnEvidence evidence)
    {
        if (evidence.VmName is not { } vm)
        {
            return null;
        }

        VmGpu? gpu = evidence.PassthroughGpus.FirstOrDefault(device => device is { Kind: VmGpuKind.StaticPassthrough, Address: not null });
        VmGpu? dynamic = evidence.PassthroughGpus.FirstOrDefault(device => device.Kind == VmGpuKind.DynamicPassthrough);
        return gpu is not null ? $"Add-VmGpuPassthrough -VM {Typed.Name(vm)} -Device {gpu.Address}"
            : dynamic is not null ? $"Add-VmGpuPassthrough -VM {Typed.Name(vm)} -DeviceId {Ids(dynamic)}{(string.IsNullOrEmpty(dynamic.CustomLabel) ? string.Empty : " -Label " + Typed.Name(dynamic.CustomLabel!))}"
            : evidence.Profiles.Count > 0 ? $"Add-VmVgpuProfile -VM {Typed.Name(vm)} -VgpuProfile {Typed.Name(evidence.Profiles[0])}"
            : null;
    }

    private static string Ids(VmGpu device) => string.Join(",", device.AllowedDevices.Select(ids => $"'{ids.VendorId:x4}:{ids.DeviceId:x4}'"));
}
