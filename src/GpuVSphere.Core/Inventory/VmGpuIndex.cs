using System;
using System.Collections.Generic;
using System.Globalization;

namespace GpuVSphere.Inventory;

/// <summary>The number of a VM's PCI device, by which the keys of its configuration name it.</summary>
internal static class VmGpuIndex
{
    private const string LabelPrefix = "PCI device ";

    /// <summary>The number in a device's label, such as <c>PCI device 0</c>; null when it has none.</summary>
    public static int? Read(string? label) =>
        label is not null
        && label.StartsWith(LabelPrefix, StringComparison.OrdinalIgnoreCase)
        && int.TryParse(label.Substring(LabelPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : null;

    /// <summary>The key of a plug-in parameter of a vGPU: <c>pciPassthru0.cfg.enable_uvm</c> (NVIDIA vGPU user guide).</summary>
    public static string ParameterKey(int index, string parameter) => Prefix(index) + parameter;

    /// <summary>The plug-in parameters of the vGPU with a number.</summary>
    public static IReadOnlyDictionary<string, string> PluginParameters(IReadOnlyDictionary<string, string> extraConfig, int index)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string prefix = Prefix(index);
        foreach (KeyValuePair<string, string> pair in extraConfig)
        {
            if (pair.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                parameters[pair.Key.Substring(prefix.Length)] = pair.Value;
            }
        }

        return parameters;
    }

    private static string Prefix(int index) => string.Format(CultureInfo.InvariantCulture, "pciPassthru{0}.cfg.", index);
}
