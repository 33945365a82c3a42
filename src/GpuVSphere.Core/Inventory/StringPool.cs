using System.Collections.Generic;

namespace GpuVSphere.Inventory;

/// <summary>Keeps one copy of texts that come thousands of times: device names, labels, states.</summary>
internal sealed class StringPool
{
    private readonly Dictionary<string, string> _kept = [];

    public string Keep(string text)
    {
        if (_kept.TryGetValue(text, out string? kept))
        {
            return kept;
        }

        _kept[text] = text;
        return text;
    }
}
