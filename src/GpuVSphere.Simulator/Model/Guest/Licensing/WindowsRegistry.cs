using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>The registry of a Windows guest, as far as it is used: values by key and name, with their types.</summary>
internal sealed class WindowsRegistry
{
    public const string Licensing = @"HKLM\SOFTWARE\NVIDIA Corporation\Global\GridLicensing";

    public const string Environment = @"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

    public Dictionary<string, SortedDictionary<string, (string Type, string Data)>> Keys { get; } = new(StringComparer.OrdinalIgnoreCase);

    public string? Text(string key, string name) => Keys.TryGetValue(key, out SortedDictionary<string, (string Type, string Data)>? values) && values.TryGetValue(name, out (string Type, string Data) value) ? value.Data : null;

    public void Set(string key, string name, string type, string data)
    {
        if (!Keys.TryGetValue(key, out SortedDictionary<string, (string Type, string Data)>? values))
        {
            Keys[key] = values = new SortedDictionary<string, (string Type, string Data)>(StringComparer.OrdinalIgnoreCase);
        }

        values[name] = (type, data);
    }
}
