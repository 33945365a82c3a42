using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>Passthrough of the device is not in force.</summary>
internal sealed class DeviceNotActiveCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.DeviceNotActive;

    /// <inheritdoc/>
    public override string Title => "Passthrough of the device is not enabled, or not in force before a reboot";

    /// <inheritdoc/>
    public override string KnownBy => "'Device … is not a passthrough device', and the host has the device inactive";

    /// <inheritdoc/>
    public override string Source => "HostPciPassthruInfo.passthruActive: enabled and rebooted; a VM with a device that is not active does not power on";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        foreach (PowerOnLine line in evidence.DeviceLines)
        {
            bool isClear = PowerOnTexts.Has(line.Text, PowerOnTexts.NotPassthrough);
            foreach ((PciAddress address, VmGpu? _) in evidence.Meant(line))
            {
                GpuDevice? device = evidence.Host?.Devices.FirstOrDefault(one => one.Address == address);
                if (device is { IsActive: false })
                {
                    yield return Explained(evidence, isClear, line, device);
                }
                else if (isClear && !evidence.KnowsHost)
                {
                    yield return Finding(
                        evidence,
                        PowerOnCertainty.Possible,
                        line,
                        $"Passthrough of {address} may not be in force on {evidence.HostText}: not enabled, or the host was not rebooted since.",
                        evidence.LookAtVm);
                }
            }

            foreach (VmGpu dynamic in evidence.PassthroughGpus.Where(gpu => gpu.Kind == VmGpuKind.DynamicPassthrough && PowerOnTexts.Has(line.Text, PowerOnTexts.NotAvailable)))
            {
                GpuDevice[] fitting = [.. (evidence.Host?.Devices ?? []).Where(device => NoFreeDeviceCause.Fits(dynamic, device))];
                if (fitting.Length > 0 && fitting.All(device => !device.IsActive))
                {
                    yield return Explained(evidence, true, line, fitting[0]);
                }
            }
        }
    }

    private PowerOnFinding Explained(PowerOnEvidence evidence, bool isClear, PowerOnLine line, GpuDevice device)
    {
        string command = $"Enable-GpuPassthrough -VMHost {Typed.Name(device.HostName)} -Device {device.Address}";
        string model = device.Model ?? device.Name;
        bool needsReboot = !evidence.Host!.CanRebindWithoutReboot;
        return device.State switch
        {
            PassthroughState.NotCapable => Finding(
                evidence,
                isClear ? PowerOnCertainty.Proved : PowerOnCertainty.Likely,
                line,
                $"{device.HostName} cannot pass {device.Address} ({model}) through.",
                "Look for VT-d or AMD-Vi, and for 'above 4G decoding', in the server's BIOS; some cards are not capable."),
            PassthroughState.EnabledPendingReboot => Finding(
                evidence,
                isClear ? PowerOnCertainty.Proved : PowerOnCertainty.Likely,
                line,
                $"Passthrough of {device.Address} ({model}) on {device.HostName} is enabled and not yet in force: the host was not rebooted since.",
                "The host is put in maintenance mode, rebooted once and taken out again; then power the VM on.",
                command + " -Reboot"),
            _ => Finding(
                evidence,
                isClear ? PowerOnCertainty.Proved : PowerOnCertainty.Likely,
                line,
                $"Passthrough of {device.Address} ({model}) on {device.HostName} is not enabled.",
                needsReboot ? "The host is put in maintenance mode, rebooted once and taken out again; then power the VM on." : "Then power the VM on; this host needs no reboot for it.",
                command + (needsReboot ? " -Reboot" : string.Empty)),
        };
    }
}
