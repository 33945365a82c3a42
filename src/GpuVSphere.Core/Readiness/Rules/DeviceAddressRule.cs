using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host has the devices that the VM names by address.</summary>
internal sealed class DeviceAddressRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-ADDRESS";

    /// <inheritdoc/>
    public override string Title => "The host has a device at each address that the VM names";

    /// <inheritdoc/>
    public override string Why => "A device given by address is that address and nothing else. When the card was moved to another slot, or the VM to another host, the VM fails at power-on with 'is not a passthrough device'.";

    /// <inheritdoc/>
    public override string Source => "VirtualPCIPassthroughDeviceBackingInfo.id; powercli46.rssing.com all_p448; frankdenneman.ai 2026-02-13";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.PowerOn | ReadinessAction.AddToVm;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not { } vm)
        {
            yield break;
        }

        foreach (VmGpu device in ConfiguredGpus.Passthrough(vm).Where(device => device is { Kind: VmGpuKind.StaticPassthrough, Address: not null }))
        {
            PciAddress address = device.Address!.Value;
            if (subject.Host is not { IsConnected: true, Functions.Count: > 0 } host)
            {
                yield return Verdict.Unconfirmed($"Whether the host of {vm.Name} has {address} cannot be read: confirm.", "Reconnect the host in vCenter; Get-GpuDevice then shows what it has.");
                continue;
            }

            if (host.Functions.Any(function => function.Address == address) || host.Devices.Any(one => one.Address == address))
            {
                yield return Verdict.Holds($"{host.Name} has a device at {address}.");
                continue;
            }

            string seen = $"{vm.Name} names {address}, and {host.Name} has no device there: the card was moved or taken out, or the VM came from another host.";
            string next = Mend(vm, device, host);

            // Another device that is given now does not make it worse.
            yield return subject.Action == ReadinessAction.AddToVm ? Verdict.Unconfirmed(seen + " It will not power on so.", next) : Verdict.Confirmed(seen, next);
        }
    }

    private static string Mend(GpuVm vm, VmGpu device, GpuHost host)
    {
        GpuDevice? other = host.Devices
            .Where(one => one.State == PassthroughState.Active && one.Assignments.All(holder => holder.Vm == vm.Id) && vm.PciDevices.All(held => held.Address != one.Address))
            .OrderByDescending(one => device.AllowedDevices.Any(ids => ids.VendorId == one.VendorId && ids.DeviceId == one.DeviceId))
            .FirstOrDefault();
        string remove = $"Remove-VmGpuPassthrough -VM {Typed.Name(vm.Name)} -Device {device.Address}";
        return other is null
            ? $"{remove}; no other GPU of {host.Name} is free and active: Get-GpuDevice -VMHost {Typed.Name(host.Name)} shows them"
            : $"{remove}; Add-VmGpuPassthrough -VM {Typed.Name(vm.Name)} -Device {other.Address}";
    }
}
