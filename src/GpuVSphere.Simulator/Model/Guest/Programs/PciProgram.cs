using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>lspci, of the devices that the VM really has.</summary>
internal sealed class PciProgram() : InstantProgram("lspci")
{
    private const long Large = 256L << 20;

    protected override int Run(GuestCall call)
    {
        SimulatedGuest guest = call.Guest;
        string options = string.Concat(call.Arguments.Where(word => word.StartsWith("-", StringComparison.Ordinal)).Select(word => word.TrimStart('-')));
        bool Has(char option) => options.IndexOf(option) >= 0;
        string? vendor = Value(call, "-d");
        string? slot = Value(call, "-s");
        foreach (GuestPciDevice device in guest.PciDevices)
        {
            CardModel card = device.Card;
            string shortAddress = device.Address.Substring(5);
            if (vendor is not null && !FitsIds(vendor, card))
            {
                continue;
            }

            if (slot is not null && slot != device.Address && slot != shortAddress)
            {
                continue;
            }

            string ids = string.Format(CultureInfo.InvariantCulture, "[{0:x4}:{1:x4}]", card.VendorId, card.DeviceId);
            string name = Title(card);
            StringBuilder text = new(Has('D') ? device.Address : shortAddress);
            if (options.IndexOf("nn", StringComparison.Ordinal) >= 0)
            {
                text.Append(string.Format(CultureInfo.InvariantCulture, " {0} [{1:x4}]: {2} {3}", ClassOf(card), card.ClassId, name, ids));
            }
            else if (Has('n'))
            {
                text.Append(string.Format(CultureInfo.InvariantCulture, " {0:x4}: {1:x4}:{2:x4}", card.ClassId, card.VendorId, card.DeviceId));
            }
            else
            {
                text.Append(' ').Append(ClassOf(card)).Append(": ").Append(name);
            }

            text.Append(" (rev a1)\n");
            if (Has('v'))
            {
                Windows(text, device);
            }

            if (Has('v') || Has('k'))
            {
                Drivers(text, guest, device);
                text.Append(Has('v') ? "\n" : string.Empty);
            }

            call.Print(text.ToString());
        }

        return 0;
    }

    private static string? Value(GuestCall call, string option)
    {
        int at = call.Arguments.ToList().IndexOf(option);
        return at >= 0 && at + 1 < call.Arguments.Count ? call.Arguments[at + 1] : call.Arguments.FirstOrDefault(word => word.Length > 2 && word.StartsWith(option, StringComparison.Ordinal))?.Substring(2);
    }

    private static bool FitsIds(string wanted, CardModel card)
    {
        string[] parts = wanted.Split(':');
        return (parts[0].Length == 0 || Convert.ToInt32(parts[0], 16) == card.VendorId) && (parts.Length < 2 || parts[1].Length == 0 || Convert.ToInt32(parts[1], 16) == card.DeviceId);
    }

    private static string Title(CardModel card) => (card.VendorId == 0x10de ? "NVIDIA Corporation" : card.VendorName) + " " + card.Name.Replace("NVIDIA ", string.Empty);

    private static string ClassOf(CardModel card) => card.ClassName.Replace("3D Controller", "3D controller");

    private static void Windows(StringBuilder text, GuestPciDevice device)
    {
        text.Append(string.Format(CultureInfo.InvariantCulture, "\tSubsystem: {0} Device {1:x4}\n", device.Card.VendorId == 0x10de ? "NVIDIA Corporation" : device.Card.VendorName, device.Card.SubDeviceId));
        long address = 0x1000_0000_0000;
        foreach (PciBar bar in device.Card.Bars)
        {
            // As in samples/guest-lspci-bar1-unassigned-p40.txt: a large window that the firmware found no place for has no size either, and a small one has its place.
            bool hasPlace = device.HasBars || bar.Size < Large;
            text.Append("\tRegion ").Append(bar.Index).Append(": Memory at ").Append(hasPlace ? (bar.Is64Bit ? address : 0xfb00_0000).ToString("x", CultureInfo.InvariantCulture) : "<unassigned>")
                .Append(bar.Is64Bit ? " (64-bit, prefetchable)" : " (32-bit, non-prefetchable)").Append(hasPlace ? " [size=" + Size(bar.Size) + "]\n" : "\n");
            address += Math.Max(bar.Size, 0x1000_0000);
        }
    }

    private static void Drivers(StringBuilder text, SimulatedGuest guest, GuestPciDevice device)
    {
        if (!device.IsGpu || device.Card.VendorId != 0x10de)
        {
            return;
        }

        string? used = guest.Modules.Contains("nvidia") ? "nvidia" : guest.Modules.Contains("nouveau") ? "nouveau" : null;
        if (used is not null)
        {
            text.Append("\tKernel driver in use: ").Append(used).Append('\n');
        }

        List<string> known = [];
        string folder = "/lib/modules/" + guest.Distribution.Kernel;
        IReadOnlyList<string> files = guest.Files.Below(folder);
        known.AddRange(new[] { "nvidiafb", "nouveau", "nvidia_drm", "nvidia" }.Where(module => files.Any(path => path.EndsWith("/" + module.Replace('_', '-') + ".ko", StringComparison.Ordinal) || path.EndsWith("/" + module + ".ko", StringComparison.Ordinal))));
        if (known.Count > 0)
        {
            text.Append("\tKernel modules: ").Append(string.Join(", ", known)).Append('\n');
        }
    }

    private static string Size(long bytes) => bytes >= 1L << 30 ? (bytes >> 30) + "G" : bytes >= 1 << 20 ? (bytes >> 20) + "M" : (bytes >> 10) + "K";
}
