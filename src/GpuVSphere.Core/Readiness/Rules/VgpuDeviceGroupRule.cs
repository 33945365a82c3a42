using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM takes device groups.</summary>
internal sealed class VgpuDeviceGroupRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-DEVICE-GROUP";

    /// <inheritdoc/>
    public override string Title => "The VM takes device groups";

    /// <inheritdoc/>
    public override string Why => "Device groups, such as GPUs joined by NVLink, are given as one device since vSphere 8.0; an older virtual hardware version does not have such a device.";

    /// <inheritdoc/>
    public override string Source => "vim25 VirtualMachineVirtualDeviceGroups since 8.0; device groups with hardware version 20";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject is { Vgpu.DeviceGroups.Count: > 0, Vm: GpuVm { HardwareVersion: 0 or >= 20 } known })
        {
            yield return known.HardwareVersion == 0
                ? Verdict.Unconfirmed($"The hardware version of {known.Name} could not be read; device groups need vmx-20.")
                : Verdict.Holds($"{known.Name} has hardware version vmx-{known.HardwareVersion}, which takes device groups.");
        }

        if (subject.Vgpu is { DeviceGroups.Count: > 0 } vgpu && subject.Vm is GpuVm { HardwareVersion: > 0 and < 20 } vm)
        {
            yield return Verdict.Unconfirmed(
                $"{vm.Name} has hardware version vmx-{vm.HardwareVersion}; {string.Join(", ", vgpu.DeviceGroups)} came with vSphere 8.0 and vmx-20.",
                "Upgrade the VM's hardware version when it is refused.");
        }
    }
}
