using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Short forms for building data objects.</summary>
internal static class Wire
{
    public static DataObject Of(string typeName) => new(typeName);

    /// <summary>A repeated element.</summary>
    public static List<object> List(IEnumerable<object> items) => items.ToList();

    public static List<object> References(IEnumerable<ManagedObject> objects) => objects.Select(o => (object)o.Reference).ToList();

    public static DataObject Description(string label, string summary) => Of("Description").With("label", label).With("summary", summary);

    public static DataObject Option(string key, object value) => Of("OptionValue").With("key", key).With("value", value);

    /// <summary>PCI ids are unsigned, and signed on the wire (vim25-gpu.md 1).</summary>
    public static short Signed(ushort value) => unchecked((short)value);

    public static sbyte Signed(byte value) => unchecked((sbyte)value);
}
