using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The slot of a GPU is not hot-pluggable where the server takes cards away.</summary>
internal sealed class DeviceHotPlugRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-HOT-PLUG";

    /// <inheritdoc/>
    public override string Title => "The server does not take the GPU out of a hot-plug slot";

    /// <inheritdoc/>
    public override string Why => "HPE servers treat the reset of a GPU at power-on as the removal of a card when its slot is hot-pluggable. The VM then fails with 'is not a passthrough device', although the host shows the GPU as active.";

    /// <inheritdoc/>
    public override string Source => "HPE a00121002en_us: ESXi 7.0 U3 and 8.x; Broadcom KB 313395";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UsePassthrough | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host || !IsConcerned(host))
        {
            yield break;
        }

        PciAddress[] ofVm = [.. (subject.Vm?.PciDevices ?? []).Where(device => device.Address is not null).Select(device => device.Address!.Value)];
        foreach (GpuDevice device in (subject.Vm is null ? subject.Devices : host.Devices).Where(device => device.IsActive && (subject.Action != ReadinessAction.PowerOn || ofVm.Contains(device.Address))))
        {
            yield return device.Assignments.FirstOrDefault(holder => holder.IsRunning && holder.Kind is VmGpuKind.StaticPassthrough or VmGpuKind.DynamicPassthrough) is { } holder
                ? Verdict.Holds($"{holder.VmName} runs with {ConfiguredGpus.Say(device)} on {host.Name}, so the server leaves it in its slot.")
                : Verdict.Unconfirmed(
                    $"{host.Name} is a server of {host.Vendor} with ESXi {host.Version}: whether the slot of {ConfiguredGpus.Say(device)} is hot-pluggable cannot be read: confirm that PCIe hot-plug is off.",
                    "Switch PCIe hot-plug of the slot off in the server's BIOS or in ESXi, as HPE a00121002en_us says, and reboot the host.");
        }
    }

    private static bool IsConcerned(GpuHost host) =>
        (host.Vendor.StartsWith("HP", StringComparison.OrdinalIgnoreCase) || host.Vendor.StartsWith("Hewlett", StringComparison.OrdinalIgnoreCase))
        && host.Version.Length > 0 && new ApiVersion(host.Version).IsAtLeast(7, 0, 3);
}
