using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Inventory;

/// <summary>What a user typed to name a GPU of a host: its PCI address or its hardware label.</summary>
public sealed record DeviceSelector
{
    // Something with a colon, or digits parted like an address, is meant as one; a label can be anything else.
    private static readonly Regex s_looksLikeAddress = new("^[^ ]*:[^ ]*$|^[0-9a-fA-F]{1,4}[.:][0-9a-fA-F]{1,2}\\.[0-9a-fA-F]+$", RegexOptions.CultureInvariant);

    private DeviceSelector(PciAddress? address, string? label)
    {
        Address = address;
        Label = label;
    }

    /// <summary>The address, or null when a label was given.</summary>
    public PciAddress? Address { get; }

    /// <summary>The label, or null when an address was given.</summary>
    public string? Label { get; }

    /// <summary>Reads what was typed.</summary>
    /// <param name="text">Such as <c>0000:3b:00.0</c>, <c>3b:00.0</c> or <c>training</c>.</param>
    /// <exception cref="GpuVSphereException">MalformedPciAddress: it looks like an address and is none, or is empty.</exception>
    public static DeviceSelector Parse(string? text)
    {
        string bare = (text ?? string.Empty).Trim();
        if (PciAddress.TryParse(bare, out PciAddress address))
        {
            return new DeviceSelector(address, null);
        }

        return bare.Length > 0 && !s_looksLikeAddress.IsMatch(bare)
            ? new DeviceSelector(null, bare)
            : throw new GpuVSphereException(
                "MalformedPciAddress",
                GpuErrorCategory.InvalidArgument,
                bare.Length == 0
                    ? "No device was named."
                    : $"'{bare}' is not a PCI address: one is written segment:bus:slot.function, in hexadecimal, with a slot up to 1f and a function up to 7.",
                bare,
                "Write it like 0000:3b:00.0; Get-GpuDevice lists the addresses.");
    }

    /// <summary>A selector for an address.</summary>
    /// <param name="address">The address.</param>
    public static DeviceSelector Of(PciAddress address) => new(address, null);

    /// <summary>The GPUs of a host that this means: one for an address, one or more for a label.</summary>
    /// <param name="host">The host.</param>
    /// <exception cref="GpuVSphereException">
    /// DeviceNotFound: the host has nothing there, or no device with that label. NotAGpu: something else is at that address.
    /// </exception>
    public IReadOnlyList<GpuDevice> Resolve(GpuHost host)
    {
        List<GpuDevice> found = host.Devices
            .Where(device => Address is { } address ? device.Address == address : string.Equals(device.Label, Label, StringComparison.OrdinalIgnoreCase))
            .ToList();
        if (found.Count > 0)
        {
            return found;
        }

        if (Address is { } at && host.Functions.FirstOrDefault(function => function.Address == at) is { } other)
        {
            throw new GpuVSphereException(
                "NotAGpu",
                GpuErrorCategory.InvalidArgument,
                $"{at} on {host.Name} is not an NVIDIA GPU: it is {(other.Name.Length == 0 ? "a device" : other.Name)}"
                + $" (vendor 0x{other.VendorId:x4}, class 0x{other.ClassId:x4}).",
                at.ToString(),
                GpusOf(host));
        }

        throw new GpuVSphereException(
            "DeviceNotFound",
            GpuErrorCategory.ObjectNotFound,
            Address is { } missing ? $"{host.Name} has no PCI device at {missing}." : $"{host.Name} has no GPU with the label '{Label}'.",
            ToString(),
            GpusOf(host));
    }

    /// <summary>The address or label.</summary>
    public override string ToString() => Address?.ToString() ?? Label ?? string.Empty;

    private static string GpusOf(GpuHost host)
    {
        if (!host.IsConnected)
        {
            return $"{host.Name} is {host.ConnectionState}: reconnect it, then try again.";
        }

        return host.Devices.Count == 0
            ? $"{host.Name} has no NVIDIA GPU. Get-GpuDevice lists the GPUs of all hosts."
            : $"The GPUs of {host.Name} are " + string.Join(", ", host.Devices.Select(Describe)) + ".";
    }

    private static string Describe(GpuDevice device) =>
        $"{device.Address} ({device.Model ?? device.Name}{(device.Label is null ? string.Empty : ", label " + device.Label)})";
}
