using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM's devices carry the ids of what is at their addresses.</summary>
internal sealed class DeviceIdsRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-IDS";

    /// <inheritdoc/>
    public override string Title => "The VM's devices carry the ids of what is at their addresses";

    /// <inheritdoc/>
    public override string Why => "A device given by address also carries the ids of the card and of the host. They are taken as they come when the VM is configured, and compared when it is powered on.";

    /// <inheritdoc/>
    public override string Source => "powercli46.rssing.com all_p448: the systemId does not match the current system or the deviceId, and the vendorId does not match the device; vim25 VirtualMachinePciPassthroughInfo.systemId";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.Offers;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not { } vm || subject.Host is not { IsConnected: true } host)
        {
            yield break;
        }

        string? systemId = subject.Offers is { IsKnown: true, Value: { } offers } ? offers.PciPassthrough.Select(offer => offer.SystemId).FirstOrDefault(id => id.Length > 0) : null;
        foreach (VmGpu device in ConfiguredGpus.Passthrough(vm).Where(device => device is { Kind: VmGpuKind.StaticPassthrough, Address: not null }))
        {
            PciAddress address = device.Address!.Value;
            if (host.Functions.FirstOrDefault(function => function.Address == address) is not { } there)
            {
                // That nothing is there is another rule's.
                continue;
            }

            string again = $"Remove-VmGpuPassthrough -VM {Typed.Name(vm.Name)} -Device {address}; Add-VmGpuPassthrough -VM {Typed.Name(vm.Name)} -Device {address}";
            GpuDevice? gpu = host.Devices.FirstOrDefault(one => one.Address == address);
            bool isOther = device.AllowedDevices.Count > 0 && device.AllowedDevices.All(ids => ids.VendorId != there.VendorId || (gpu is not null && ids.DeviceId != gpu.DeviceId));
            if (isOther)
            {
                string given = string.Join(", ", device.AllowedDevices.Select(ids => $"{ids.VendorId:x4}:{ids.DeviceId:x4}"));
                yield return Verdict.Confirmed(
                    $"{vm.Name} was given {given} at {address}, and {host.Name} has {(gpu is null ? there.Name : $"{gpu.Model ?? gpu.Name}, {gpu.VendorId:x4}:{gpu.DeviceId:x4},")} there.",
                    gpu is null ? $"Remove-VmGpuPassthrough -VM {Typed.Name(vm.Name)} -Device {address}; Get-GpuDevice -VMHost {Typed.Name(host.Name)} shows where its GPUs are" : again);
            }
            else if (systemId is null || device.SystemId is null)
            {
                yield return Verdict.Unconfirmed(
                    systemId is null
                        ? $"Whether {vm.Name} carries the system id of {host.Name} for {address} cannot be read{(subject.Offers.IsKnown ? ", since the host offers no device" : ", because " + subject.Offers.WhyUnknown)}: confirm."
                        : $"{vm.Name} carries no system id for {address}: confirm that it powers on.",
                    $"When it does not: {again}");
            }
            else if (!string.Equals(systemId, device.SystemId, StringComparison.OrdinalIgnoreCase) && !Guid.TryParse(device.SystemId, out _))
            {
                // Scripts write words there that stand for any system.
                yield return Verdict.Unconfirmed($"{vm.Name} carries '{device.SystemId}' as the system id for {address}, which is no id of a system, so whether it is taken is not known: confirm that it powers on.", $"When it does not: {again}");
            }
            else if (!string.Equals(systemId, device.SystemId, StringComparison.OrdinalIgnoreCase))
            {
                yield return Verdict.Confirmed(
                    $"{vm.Name} was given {address} with the system id {device.SystemId}, and that of {host.Name} is {systemId}: the VM was configured on another host.", again);
            }
            else
            {
                yield return Verdict.Holds($"{address} carries the ids of the device and of {host.Name}.");
            }
        }
    }
}
