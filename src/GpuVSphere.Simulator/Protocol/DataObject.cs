using System.Collections.Generic;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>
/// A vSphere data object as a tree, in the order of its elements on the wire. Values are string, bool, int, long, short, sbyte,
/// DateTimeOffset, byte[], <see cref="MoRef"/>, <see cref="DataObject"/>, a list of those (a repeated element), or null (absent).
/// </summary>
internal sealed class DataObject
{
    private readonly List<KeyValuePair<string, object?>> _fields = [];

    public DataObject(string typeName) => TypeName = typeName;

    /// <summary>The xsi:type.</summary>
    public string TypeName { get; }

    public IReadOnlyList<KeyValuePair<string, object?>> Fields => _fields;

    /// <summary>The value of a field, or null.</summary>
    public object? this[string name]
    {
        get
        {
            foreach (KeyValuePair<string, object?> field in _fields)
            {
                if (field.Key == name)
                {
                    return field.Value;
                }
            }

            return null;
        }
    }

    /// <summary>Adds a field at the end. Null is not sent.</summary>
    public DataObject With(string name, object? value)
    {
        _fields.Add(new KeyValuePair<string, object?>(name, value));
        return this;
    }
}
