using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Plug-in parameters of vGPUs as a user types them: a hash table.</summary>
internal static class PluginParameters
{
    /// <summary>The names with their values as text; $null is an empty value, $true is 1 and $false is 0.</summary>
    /// <exception cref="GpuVSphereException">InvalidPluginParameter: the same name twice in another case.</exception>
    public static IReadOnlyDictionary<string, string> Read(Hashtable? typed)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in typed ?? [])
        {
            string name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture)?.Trim() ?? string.Empty;
            if (parameters.ContainsKey(name))
            {
                throw new GpuVSphereException(
                    "InvalidPluginParameter", GpuErrorCategory.InvalidArgument, $"The plug-in parameter {name} is given twice.", name, "Names ignore case: give it once.");
            }

            object? value = entry.Value is System.Management.Automation.PSObject wrapped ? wrapped.BaseObject : entry.Value;
            parameters[name] = value switch
            {
                null => string.Empty,
                bool isOn => isOn ? "1" : "0",
                _ => Convert.ToString(value, CultureInfo.InvariantCulture)?.Trim() ?? string.Empty,
            };
        }

        return parameters;
    }
}
