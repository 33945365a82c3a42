using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The device can be passed through.</summary>
internal sealed class DeviceCapableRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-CAPABLE";

    /// <inheritdoc/>
    public override string Title => "The device can be passed through";

    /// <inheritdoc/>
    public override string Why => "Without VT-d or AMD-Vi, or with large BARs that the firmware does not map above 4 GB, the host cannot give a device away, and a setting and a reboot do not mend that.";

    /// <inheritdoc/>
    public override string Source => "HostPciPassthruInfo.passthruCapable; Broadcom KB 313395 and HPE a00121002en_us for server firmware";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.EnablePassthrough | ReadinessAction.AddToVm | ReadinessAction.UsePassthrough | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (GpuDevice device in subject.Devices)
        {
            if (device.State == PassthroughState.NotCapable)
            {
                yield return Verdict.Confirmed(
                    $"{device.Address} ({device.Model ?? device.Name}) on {device.HostName} cannot be passed through: the host reports it as not capable.",
                    "Switch on VT-d or AMD-Vi (and, for large GPUs, memory mapping above 4 GB) in the server's firmware and reboot the host.");
            }
        }

        GpuDevice[] capable = [.. subject.Devices.Where(device => device.State != PassthroughState.NotCapable)];
        if (capable.Length > 0)
        {
            yield return Verdict.Holds($"{string.Join(", ", capable.Select(device => device.Address.ToString()))} on {capable[0].HostName} can be passed through.");
        }
    }
}
