using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The ids of the VM's device are not those of the device at its address.</summary>
internal sealed class SystemIdCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.SystemIdMismatch;

    /// <inheritdoc/>
    public override string Title => "The device was configured on another host, or another device is at its address";

    /// <inheritdoc/>
    public override string KnownBy => "'The systemId does not match the current system or the deviceId, and the vendorId does not match the device currently at …'";

    /// <inheritdoc/>
    public override string Source => "A static backing carries systemId, vendorId and deviceId, which are compared at power-on (powercli46.rssing.com all_p448; vim25 VirtualPCIPassthroughDeviceBackingInfo)";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.Find(PowerOnTexts.WrongIds) is not { } line)
        {
            yield break;
        }

        (PciAddress Address, VmGpu? Device)[] meant = [.. evidence.Meant(line)];
        if (meant.Length == 0 || !evidence.KnowsHost)
        {
            string at = meant.Length == 0 ? string.Empty : $" at {meant[0].Address}";
            yield return Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                $"The device{at} was configured on another host or in another form: its systemId, vendorId or deviceId is not that of the device which is there.",
                "Take the device from the VM and give it again, which reads the ids anew. " + evidence.LookAtVm,
                meant.Length == 0 ? null : evidence.Replace(meant[0].Address, meant[0].Address));
            yield break;
        }

        (PciAddress address, VmGpu? device) = meant[0];
        GpuDevice? there = evidence.Host!.Devices.FirstOrDefault(one => one.Address == address);
        bool isOther = there is not null && device is { AllowedDevices.Count: > 0 } && device.AllowedDevices.All(ids => ids.VendorId != there.VendorId || ids.DeviceId != there.DeviceId);
        if (there is { IsCapable: true, IsActive: false } && !isOther)
        {
            // A device that is not active is offered to no VM, so its ids cannot be read before.
            string enable = $"Enable-GpuPassthrough -VMHost {Typed.Name(there.HostName)} -Device {address}{(evidence.Host.CanRebindWithoutReboot ? string.Empty : " -Reboot")}";
            yield return Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                $"The device at {address} of {evidence.HostText} is not what {evidence.VmText} was given: its systemId, vendorId or deviceId does not match, and its passthrough is not in force.",
                "This enables passthrough, which may reboot the host, then takes the device away and gives it again; then power the VM on.",
                evidence.Replace(address, address) is { } again ? $"{enable}; {again}" : null);
            yield break;
        }

        GpuDevice? other = there is { State: PassthroughState.Active } ? there : evidence.Substitute(device, address);
        string what = there is null ? $"What is at {address} of {evidence.HostText} is no GPU"
            : isOther ? $"At {address} of {evidence.HostText} is {Article.With(there.Model ?? there.Name)}, which is another card than the one that {evidence.VmText} was given"
            : $"The device at {address} was configured on another host than {evidence.HostText}, or in another form";
        yield return Finding(
            evidence,
            PowerOnCertainty.Proved,
            line,
            what + ": its systemId, vendorId or deviceId does not match.",
            other is null
                ? "No other GPU of the host is free and active: take the device from the VM (Remove-VmGpuPassthrough), or move the VM back to its host."
                : "This takes the device away and gives it again, with the ids as the host has them; then power the VM on.",
            other is null ? null : evidence.Replace(address, other.Address));
    }
}
