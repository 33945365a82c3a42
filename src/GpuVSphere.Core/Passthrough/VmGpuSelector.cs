using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Vim;

namespace GpuVSphere.Passthrough;

/// <summary>Which GPU a VM is to get or to lose: a device of its host, any device of a kind, a device of the VM by its key, or all of them.</summary>
public sealed record VmGpuSelector
{
    private const string DevicePrefix = "device ";
    private const string DynamicPrefix = "dynamic ";
    private const string KeyPrefix = "key ";
    private const string AllText = "all";
    private const string HostSeparator = " of ";

    private VmGpuSelector()
    {
    }

    /// <summary>A device of the host, by address or label; null for the other kinds.</summary>
    public DeviceSelector? Device { get; private init; }

    /// <summary>The device as it was read, when it was given as an object and so belongs to a certain host; null otherwise.</summary>
    public GpuDevice? OnHost { get; private init; }

    /// <summary>Any device of a kind; null for the other kinds.</summary>
    public DynamicGpuRequest? Dynamic { get; private init; }

    /// <summary>How many of a kind; 1 for the other kinds.</summary>
    public int Count { get; private init; } = 1;

    /// <summary>The key of a device in the VM's configuration; null for the other kinds.</summary>
    public int? Key { get; private init; }

    /// <summary>Whether all passthrough GPUs of the VM are meant.</summary>
    public bool IsAll { get; private init; }

    /// <summary>Every passthrough GPU that the VM has; only for taking away.</summary>
    public static VmGpuSelector All { get; } = new() { IsAll = true };

    /// <summary>A device of the VM's host, given statically.</summary>
    /// <param name="device">Its address, or a label that one device of the host carries.</param>
    public static VmGpuSelector Of(DeviceSelector device) => new() { Device = device };

    /// <summary>A device of the VM's host, given statically.</summary>
    /// <param name="address">Its address.</param>
    public static VmGpuSelector Of(PciAddress address) => Of(DeviceSelector.Of(address));

    /// <summary>A certain device of a certain host, given statically; a VM on another host is refused it.</summary>
    /// <param name="device">The device as it was read.</param>
    public static VmGpuSelector Of(GpuDevice device) => new() { Device = DeviceSelector.Of(device.Address), OnHost = device };

    /// <summary>Any devices of a kind, given dynamically: the host chooses at power-on.</summary>
    /// <param name="request">The ids and the label.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <exception cref="GpuVSphereException">InvalidCount; NoDeviceIds: no id was given.</exception>
    public static VmGpuSelector Of(DynamicGpuRequest request, int count = 1)
    {
        if (count < 1)
        {
            throw new GpuVSphereException(
                "InvalidCount", GpuErrorCategory.InvalidArgument, $"{count} is not a number of GPUs that a VM can get.", null, "Give 1 or more.");
        }

        return request.AllowedDevices.Count > 0
            ? new VmGpuSelector { Dynamic = request, Count = count }
            : throw new GpuVSphereException(
                "NoDeviceIds",
                GpuErrorCategory.InvalidArgument,
                "A dynamic device needs a vendor and device id; a label alone is not enough for vSphere.",
                null,
                "Give a device of the kind that is wanted: Get-GpuDevice lists them with their ids.");
    }

    /// <summary>A device of the VM's own configuration; only for taking away.</summary>
    /// <param name="key">Its key, such as 13000.</param>
    public static VmGpuSelector OfKey(int key) => new() { Key = key };

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <param name="count">How many, as text.</param>
    /// <exception cref="GpuVSphereException">MalformedSelector, MalformedPciAddress.</exception>
    internal static VmGpuSelector Parse(string text, string count)
    {
        if (text == AllText)
        {
            return All;
        }

        if (text.StartsWith(DevicePrefix, StringComparison.Ordinal))
        {
            string device = text.Substring(DevicePrefix.Length);
            return TryParseOnHost(device) is { } onHost ? Of(onHost) : Of(DeviceSelector.Parse(device));
        }

        if (text.StartsWith(KeyPrefix, StringComparison.Ordinal)
            && int.TryParse(text.Substring(KeyPrefix.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int key))
        {
            return OfKey(key);
        }

        return text.StartsWith(DynamicPrefix, StringComparison.Ordinal)
            && TryParseRequest(text.Substring(DynamicPrefix.Length), out DynamicGpuRequest? request)
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? Of(request!, number)
            : throw new GpuVSphereException(
                "MalformedSelector",
                GpuErrorCategory.InvalidData,
                $"'{text}' = '{count}' does not name a GPU: the intent was written by another version, or was edited.",
                text,
                "Run the command again instead of the stored plan.");
    }

    /// <summary>The selector as text.</summary>
    public override string ToString() => this switch
    {
        { IsAll: true } => AllText,
        { OnHost: { } device } => DevicePrefix + device.Address + HostSeparator + string.Join(
            " ",
            device.HostId.ServerUuid,
            device.HostId.Reference,
            string.Format(CultureInfo.InvariantCulture, "{0:x4}:{1:x4}", device.VendorId, device.DeviceId),
            device.HostName),
        { Device: { } device } => DevicePrefix + device,
        { Key: { } key } => KeyPrefix + key.ToString(CultureInfo.InvariantCulture),
        _ => DynamicPrefix + VmProperty.Describe(Dynamic!),
    };

    // What is needed to tell that the device is on another host than the VM; its state is read anew.
    private static GpuDevice? TryParseOnHost(string text)
    {
        int at = text.IndexOf(HostSeparator, StringComparison.Ordinal);
        string[] parts = at < 0 ? [] : text.Substring(at + HostSeparator.Length).Split([' '], 4);
        if (parts.Length != 4
            || !PciAddress.TryParse(text.Substring(0, at), out PciAddress address)
            || !ManagedObjectReference.TryParse(parts[1], out ManagedObjectReference host)
            || !TryParseRequest(parts[2], out DynamicGpuRequest? ids))
        {
            return null;
        }

        return new GpuDevice
        {
            HostId = new VimObjectId(parts[0], host),
            HostName = parts[3],
            ServerName = string.Empty,
            Address = address,
            Name = address.ToString(),
            VendorId = ids!.AllowedDevices[0].VendorId,
            DeviceId = ids.AllowedDevices[0].DeviceId,
            IsCapable = true,
            IsEnabled = true,
            IsActive = true,
        };
    }

    private static bool TryParseRequest(string text, out DynamicGpuRequest? request)
    {
        request = null;
        int at = text.IndexOf(VmProperty.LabelSeparator, StringComparison.Ordinal);
        string? label = at < 0 ? null : text.Substring(at + VmProperty.LabelSeparator.Length);
        List<PciIdMatch> allowed = [];
        foreach (string one in (at < 0 ? text : text.Substring(0, at)).Split(','))
        {
            string[] parts = one.Split(':');
            ushort?[] ids = parts.Select(ReadHex).ToArray();
            if (parts.Length is not (2 or 4) || ids[0] is not { } vendorId || ids[1] is not { } deviceId)
            {
                return false;
            }

            allowed.Add(parts.Length == 2 ? new PciIdMatch(vendorId, deviceId) : new PciIdMatch(vendorId, deviceId, ids[2], ids[3]));
        }

        request = new DynamicGpuRequest(allowed, label);
        return true;
    }

    private static ushort? ReadHex(string text) =>
        ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort id) ? id : null;
}
