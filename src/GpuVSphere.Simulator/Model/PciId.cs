using System.Globalization;

namespace GpuVSphere.Simulator.Model;

/// <summary>Where a PCI function sits, as ESXi writes it: <c>0000:3b:00.0</c>.</summary>
internal readonly record struct PciId(ushort Segment, byte Bus, byte Slot, byte Function)
{
    public static PciId Parse(string text) =>
        TryParse(text, out PciId id) ? id : throw new System.FormatException("'" + text + "' is not a PCI address like 0000:3b:00.0.");

    public static bool TryParse(string? text, out PciId id)
    {
        id = default;
        string[] parts = (text ?? string.Empty).Trim().Split(':', '.');
        if (parts.Length != 4
            || !ushort.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort segment)
            || !byte.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte bus)
            || !byte.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte slot)
            || !byte.TryParse(parts[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte function)
            || slot > 31 || function > 7)
        {
            return false;
        }

        id = new PciId(segment, bus, slot, function);
        return true;
    }

    /// <summary>As the VMX process names a device in its messages: bus in decimal, without the segment, such as <c>59:0.0</c>.</summary>
    public string VmxName => string.Format(CultureInfo.InvariantCulture, "{0}:{1}.{2}", Bus, Slot, Function);

    public override string ToString() => string.Format(CultureInfo.InvariantCulture, "{0:x4}:{1:x2}:{2:x2}.{3:x}", Segment, Bus, Slot, Function);
}
