using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Vim;

/// <summary>One record of an esxcli answer, by the names of its fields.</summary>
public sealed class EsxCliRow
{
    private readonly Dictionary<string, List<string>> _values;

    internal EsxCliRow(Dictionary<string, List<string>> values) => _values = values;

    /// <summary>The names of the fields that are there.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>A field's value, several joined with a comma; null when there is no such field.</summary>
    /// <param name="name">The field as esxcli's API calls it, such as <c>AcceptanceLevel</c>; case does not matter.</param>
    public string? this[string name] => _values.TryGetValue(name, out List<string>? values) ? string.Join(", ", values) : null;

    /// <summary>A field's values, for a field that can have several.</summary>
    /// <param name="name">The field's name; case does not matter.</param>
    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out List<string>? values) ? values : [];

    /// <summary>The row as name and text.</summary>
    public IReadOnlyDictionary<string, string> ToDictionary() => _values.ToDictionary(pair => pair.Key, pair => string.Join(", ", pair.Value));
}
