using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.PowerOn;

namespace GpuVSphere.Readiness.Rules;

/// <summary>Passthrough of the device is in force.</summary>
internal sealed class DeviceActiveRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-ACTIVE";

    /// <inheritdoc/>
    public override string Title => "Passthrough of the device is in force";

    /// <inheritdoc/>
    public override string Why => "Enabling passthrough takes effect after a reboot on most hosts. Until then the client shows the GPU as enabled, and a VM that was given it fails when it is powered on.";

    /// <inheritdoc/>
    public override string Source => "HostPciPassthruInfo.passthruActive: enabled and rebooted; a VM with a device that is not active fails at power-on";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddToVm | ReadinessAction.UsePassthrough | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (GpuDevice device in subject.Devices)
        {
            string enable = $"Enable-GpuPassthrough -VMHost {Typed.Name(device.HostName)}";
            switch (device.State)
            {
                case PassthroughState.Disabled:
                    yield return Verdict.Confirmed(
                        $"Passthrough of {device.Address} ({device.Model ?? device.Name}) on {device.HostName} is not enabled.",
                        $"{enable} -Device {device.Address}{(subject.Host is { CanRebindWithoutReboot: true } ? string.Empty : " -Reboot")}");
                    break;
                case PassthroughState.EnabledPendingReboot:
                    yield return Verdict.Confirmed(
                        $"Passthrough of {device.Address} on {device.HostName} is enabled and not yet in force: the host must be rebooted.",
                        $"{enable} -Device {device.Address} -Reboot");
                    break;
                case PassthroughState.DisabledPendingReboot:
                    yield return Verdict.Confirmed(
                        $"Passthrough of {device.Address} on {device.HostName} ends with the next reboot of the host.",
                        $"{enable} -Device {device.Address}");
                    break;
            }
        }

        string[] active = [.. subject.Devices.Where(device => device.State == PassthroughState.Active).Select(device => device.Address.ToString())];
        if (active.Length > 0)
        {
            yield return Verdict.Holds($"Passthrough of {string.Join(", ", active)} on {subject.Devices[0].HostName} is in force.");
        }

        if (subject.Host is not GpuHost { IsConnected: true } host)
        {
            yield break;
        }

        foreach (DynamicGpuRequest request in subject.DynamicRequests.Distinct())
        {
            int wanted = subject.DynamicRequests.Count(other => other == request);
            int matching = host.Devices.Count(device => device.State == PassthroughState.Active && request.Accepts(device));
            if (matching >= wanted)
            {
                int free = host.Devices.Count(device =>
                    device.State == PassthroughState.Active && request.Accepts(device) && device.Assignments.All(holder => IsThis(holder, subject)));
                if (free < wanted)
                {
                    // Who holds them now may have let go by the time this VM is powered on, and another host of the cluster may have some.
                    yield return Verdict.Unconfirmed(
                        $"{subject.Target.Name} asks for {wanted} device(s) by ids or label; {host.Name} has {matching} active one(s) that match, and {free} that no other VM holds.",
                        $"Get-GpuDevice -VMHost {Typed.Name(host.Name)} shows who holds them.");
                }
                else
                {
                    yield return Verdict.Holds($"{subject.Target.Name} asks for {wanted} device(s) by ids or label; {host.Name} has {matching} active one(s) that match, {free} of them free.");
                }

                continue;
            }

            string message = $"{subject.Target.Name} asks for {wanted} device(s) by ids or label, and {host.Name} has {matching} active one(s) that match.";
            string next = $"Get-GpuDevice -VMHost {Typed.Name(host.Name)} shows what there is; Enable-GpuPassthrough and Set-GpuDevice -Label make it match.";

            // Another host of the cluster may have them: DRS places the VM at power-on.
            yield return host.Cluster is null
                ? Verdict.Confirmed(message, next)
                : Verdict.Unconfirmed(message + " It can only be powered on where the cluster has them.", next);
        }
    }

    private static bool IsThis(GpuAssignment holder, ReadinessSubject subject) => subject.Vm is { } vm && holder.Vm == vm.Id;
}
