using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host answers.</summary>
internal sealed class HostConnectedRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "HOST-CONNECTED";

    /// <inheritdoc/>
    public override string Title => "The host answers";

    /// <inheritdoc/>
    public override string Why => "vCenter keeps the last state of a host that it lost, so what is read of its GPUs may be long out of date, and no call that changes the host or its VMs arrives.";

    /// <inheritdoc/>
    public override string Source => "vSphere API: a host that is disconnected or not responding takes no calls";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyHost | ReadinessAction.AnyUse | ReadinessAction.AddToVm | ReadinessAction.AddVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is GpuHost { IsConnected: true } here)
        {
            yield return Verdict.Holds($"{here.Name} is connected{(here.Version.Length > 0 ? $" (ESXi {here.Version})" : string.Empty)}.");
        }
        else if (subject.Host is { } host)
        {
            yield return subject.RebootedBy is { } change
                ? Verdict.Confirmed(
                    $"{host.Name} is rebooting: change {change} told it to, and it is {host.ConnectionState} so far.",
                    $"Wait for it with Resume-GpuChange -Id {change}, or with Undo-GpuChange -Id {change}; look at its console if it stays away.")
                : Verdict.Confirmed(
                    $"{host.Name} is {host.ConnectionState}: neither can its devices be read nor can it be changed.",
                    "Reconnect the host in vCenter, then run the command again.");
        }
    }
}
