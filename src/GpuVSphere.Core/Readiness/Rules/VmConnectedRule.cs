using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM answers.</summary>
internal sealed class VmConnectedRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VM-CONNECTED";

    /// <inheritdoc/>
    public override string Title => "The VM answers";

    /// <inheritdoc/>
    public override string Why => "A VM that is orphaned, inaccessible or on a host that is away takes no change, and what is read of it is what vCenter knew last.";

    /// <inheritdoc/>
    public override string Source => "VirtualMachineRuntimeInfo.connectionState: only a connected VM can be reconfigured";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyVm | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is GpuVm { ConnectionState: "connected" } there)
        {
            yield return Verdict.Holds($"{there.Name} is connected.");
        }
        else if (subject.Vm is GpuVm vm)
        {
            yield return Verdict.Confirmed(
                $"{vm.Name} is {vm.ConnectionState}: it cannot be changed.",
                vm.ConnectionState == "disconnected"
                    ? $"Reconnect the host {vm.HostName}, then run the command again."
                    : "Mend its registration in vCenter, then run the command again.");
        }
    }
}
