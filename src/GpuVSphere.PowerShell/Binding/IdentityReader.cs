using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Inventory;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>
/// Recognises what an object is: this module's own, PowerCLI's (live, deserialised, or a copy with the same properties), a vSphere view
/// or a reference. Foreign objects are asked for a few named properties only: others of theirs cost a round trip or warn.
/// </summary>
internal static class IdentityReader
{
    private static readonly Regex s_address = new("[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]", RegexOptions.CultureInvariant);

    /// <summary>The kind of object that an Id such as <c>HostSystem-host-61</c> names, or null when the text is no such Id.</summary>
    public static InventoryKind? KindOfId(string? id) =>
        ManagedObjectReference.TryParse(id, out ManagedObjectReference reference) ? KindOf(reference.Type) : null;

    /// <summary>The reference in an Id of a known kind, or null.</summary>
    public static ManagedObjectReference? ReferenceOf(string? id) =>
        ManagedObjectReference.TryParse(id, out ManagedObjectReference reference) && KindOf(reference.Type) is not null ? reference : null;

    /// <summary>Recognises a host, cluster or VM; null when it is none.</summary>
    public static InventoryIdentity? ReadInventory(object? value)
    {
        switch (Unwrap(value))
        {
            case null:
                return null;
            case InventoryIdentity identity:
                return identity;
            case GpuDevice device:
                return Make(device.HostId, device.HostName);
            case VgpuProfile profile:
                return Make(profile.HostId, profile.HostName);
            case GpuCapacity capacity:
                return Make(capacity.HostId, capacity.HostName);
            case VgpuCapacity capacity:
                return Make(capacity.HostId, capacity.HostName);
            case NvidiaVib vib:
                return Make(vib.HostId, vib.HostName);
            case NvidiaVibResult result:
                return Make(result.HostId, result.HostName);
            case GpuHost host:
                return Make(host.Id, host.Name);
            case GpuVm vm:
                return Make(vm.Id, vm.Name);
            case VmGpu gpu:
                return Make(gpu.VmId, gpu.VmName);
            case GpuAssignment assignment:
                return Make(assignment.Vm, assignment.VmName);
            case GuestGpuCheck check:
                return Make(check.VmId, check.VmName);
            case VgpuLicense license:
                return Make(license.VmId, license.VmName);
            case FlexDirectGpu gpu:
                return Make(gpu.VmId, gpu.VmName);
            case FlexDirectServer server:
                return Make(server.VmId, server.VmName);
            case FlexDirectHealthCheck check:
                return Make(check.VmId, check.VmName);
            case FlexDirectScheduler scheduler:
                return Make(scheduler.VmId, scheduler.VmName);
            case FlexDirectRun run:
                return Make(run.VmId, run.VmName);
            case ChangeResult change:
                return Make(change.Target.Id, change.Target.Name);
            case PlanTarget target:
                return Make(target.Id, target.Name);
            case ManagedObjectReference reference:
                return Make(reference, null, null);
            case VimObjectId id:
                return Make(id, null);
            case string:
                return null;
            default:
                return ReadForeign(PSObject.AsPSObject(value));
        }
    }

    /// <summary>Recognises a PCI device that knows its host; null when it is none.</summary>
    public static DeviceIdentity? ReadDevice(object? value)
    {
        switch (Unwrap(value))
        {
            case null or string:
                return null;
            case DeviceIdentity identity:
                return identity;
            case GpuDevice device:
                return new DeviceIdentity(device.Address.ToString(), (HostIdentity?)Make(device.HostId, device.HostName), device, null);
            case VmGpu { Address: { } address, HostName: { } hostName } gpu:
                return new DeviceIdentity(
                    address.ToString(), new HostIdentity(InventoryKind.Host, hostName, null, new ServerHint(gpu.VmId.ServerUuid, null, null), null), null, null);
            case GpuCapacity gpu:
                return new DeviceIdentity(gpu.Address.ToString(), (HostIdentity?)Make(gpu.HostId, gpu.HostName), null, null);
            case VgpuCapacity gpu:
                return new DeviceIdentity(gpu.Address.ToString(), (HostIdentity?)Make(gpu.HostId, gpu.HostName), null, null);
            case PciAddress address:
                return new DeviceIdentity(address.ToString());
        }

        PSObject wrapped = PSObject.AsPSObject(value);
        string? uid = Text(wrapped, "Uid");
        if (ServerHint.FromUid(uid, out string rest) is { } server)
        {
            // Ours, deserialised, or PowerCLI's PciPassthroughDevice: the address is in the Uid, the host beside it.
            Match address = s_address.Match(rest);
            if (address.Success)
            {
                ManagedObjectReference? host = ReferenceOf(Text(wrapped, "VMHostId")) ?? FirstReference(rest, InventoryKind.Host);
                string? hostName = Text(wrapped, "HostName") ?? Text(wrapped, "VMHost");
                return host is null && hostName is null
                    ? null
                    : new DeviceIdentity(
                        address.Value.ToLowerInvariant(), new HostIdentity(InventoryKind.Host, hostName, host, server, null), null, null);
            }
        }

        return null;
    }

    /// <summary>The key of a device of a VM, when the object is one, live or deserialised; else null.</summary>
    public static int? ReadVmDeviceKey(object? value)
    {
        if (Unwrap(value) is VmGpu gpu)
        {
            return gpu.Key;
        }

        string? uid = value is null ? null : Text(PSObject.AsPSObject(value), "Uid");
        const string Mark = "/VmGpu=";
        int at = uid?.LastIndexOf(Mark, StringComparison.Ordinal) ?? -1;
        return at >= 0 && int.TryParse(uid!.Substring(at + Mark.Length).TrimEnd('/'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int key)
            ? key
            : null;
    }

    /// <summary>Every element of what was given: arrays and lists taken apart, at any depth; a string is one element.</summary>
    public static IEnumerable<object> Flatten(object? value)
    {
        object? inner = Unwrap(value);
        if (inner is null)
        {
            yield break;
        }

        if (inner is IEnumerable many and not string and not IDictionary)
        {
            foreach (object? one in many)
            {
                foreach (object element in Flatten(one))
                {
                    yield return element;
                }
            }

            yield break;
        }

        yield return value!;
    }

    /// <summary>The object without PowerShell's wrapper; a property bag stays wrapped.</summary>
    public static object? Unwrap(object? value) => value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;

    /// <summary>One named property as text, or null: absent, empty, or its getter failed.</summary>
    public static string? Text(PSObject value, string name)
    {
        object? found = Value(value, name);
        string? text = found is null ? null : Convert.ToString(Unwrap(found), CultureInfo.InvariantCulture);
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>One named property, or null.</summary>
    public static object? Value(PSObject value, string name)
    {
        try
        {
            return value.Properties[name]?.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    /// <summary>A short name of what was given, for a message.</summary>
    public static string Describe(object value)
    {
        object inner = Unwrap(value) ?? value;
        if (inner is string text)
        {
            return $"the text '{text}'";
        }

        PSObject wrapped = PSObject.AsPSObject(value);
        string type = wrapped.TypeNames.Count > 0 ? wrapped.TypeNames[0] : inner.GetType().FullName;
        string? name = Text(wrapped, "Name");
        return name is null ? $"an object of type {type}" : $"'{name}', an object of type {type}";
    }

    private static InventoryIdentity? ReadForeign(PSObject value)
    {
        string? id = Text(value, "Id");
        ServerHint? server = ServerHint.FromUid(Text(value, "Uid"), out string rest);
        ManagedObjectReference? reference = ReferenceOf(id) ?? ReferenceOf(LastPart(rest));

        // This module's own devices, deserialised: the Uid names the host or the VM first and the device after it.
        reference ??= server?.ServerUuid is null ? null : FirstReference(rest, null);
        if (reference is null && Value(value, "MoRef") is { } moref)
        {
            reference = ReferenceFromParts(PSObject.AsPSObject(moref));
        }

        reference ??= ReferenceFromParts(value);
        return reference is { } found ? Make(found, Text(value, "Name") ?? Text(value, "HostName") ?? Text(value, "VmName"), server) : null;
    }

    private static ManagedObjectReference? ReferenceFromParts(PSObject value)
    {
        string? type = Text(value, "Type");
        string? part = type is null || KindOf(type) is null ? null : Text(value, "Value");
        return part is null ? null : new ManagedObjectReference(type!, part);
    }

    private static string LastPart(string rest) => AfterEquals(rest.Substring(rest.LastIndexOf('/') + 1));

    private static ManagedObjectReference? FirstReference(string rest, InventoryKind? kind)
    {
        foreach (string part in rest.Split('/'))
        {
            if (ReferenceOf(AfterEquals(part)) is { } reference && (kind is null || KindOf(reference.Type) == kind))
            {
                return reference;
            }
        }

        return null;
    }

    private static string AfterEquals(string part) => part.Substring(part.IndexOf('=') + 1);

    private static InventoryKind? KindOf(string type) => type switch
    {
        "HostSystem" => InventoryKind.Host,
        "VirtualMachine" => InventoryKind.Vm,
        "ClusterComputeResource" or "ComputeResource" => InventoryKind.Cluster,
        _ => null,
    };

    private static InventoryIdentity? Make(VimObjectId id, string? name) => Make(id.Reference, name, new ServerHint(id.ServerUuid, null, null));

    private static InventoryIdentity? Make(ManagedObjectReference reference, string? name, ServerHint? server) => KindOf(reference.Type) switch
    {
        InventoryKind.Vm => new VmIdentity(name, reference, server, null),
        { } kind => new HostIdentity(kind, name, reference, server, null),
        null => null,
    };
}
