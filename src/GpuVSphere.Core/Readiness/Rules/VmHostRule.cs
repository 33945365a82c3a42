using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM is on the host that has the device.</summary>
internal sealed class VmHostRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-HOST";

    /// <inheritdoc/>
    public override string Title => "The VM is on the host that has the device";

    /// <inheritdoc/>
    public override string Why => "A static device is an address on one host. On any other host the same address is another device or none, and the VM fails when it is powered on.";

    /// <inheritdoc/>
    public override string Source => "A static DirectPath device is an address on one host; at any other the VM does not power on";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddToVm;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (GpuDevice device in subject.Devices)
        {
            if (subject.Vm is GpuVm vm && vm.Host != device.HostId.Reference)
            {
                yield return Verdict.Confirmed(
                    $"{device.Address} is on {device.HostName}, and {vm.Name} is registered on {vm.HostName ?? "no host"}.",
                    $"Move {vm.Name} to {device.HostName}, or name a device of {vm.HostName ?? "its host"}, or ask for one dynamically by ids or label.");
            }
            else if (subject.Vm is not null)
            {
                yield return Verdict.Holds($"{device.Address} is on {device.HostName}, where {subject.Target.Name} is registered.");
            }
        }
    }
}
