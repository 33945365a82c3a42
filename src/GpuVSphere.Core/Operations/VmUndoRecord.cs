using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GpuVSphere.Inventory;

namespace GpuVSphere.Operations;

/// <summary>
/// What a VM was like before it got its first GPU from us, kept in the VM itself: for each property the value before and the value that we set.
/// It is stamped with the VM's instanceUuid, so that a clone, which gets another, takes no notice of its copy. Firmware is not in it:
/// switching it back under a guest that was installed since would make that guest unbootable.
/// </summary>
internal sealed class VmUndoRecord
{
    /// <summary>The key in extraConfig.</summary>
    public const string Key = "gpuvsphere.before";

    private const string Version = "1";
    private const char Separator = ';';
    private const string Absent = "-";

    private static readonly IReadOnlyList<(string Code, string Property)> s_codes =
    [
        ("u", VmProperty.Use64BitMmio),
        ("s", VmProperty.MmioSizeGB),
        ("l", VmProperty.MemoryLock),
        ("r", VmProperty.MemoryReservation),
        ("c", VmProperty.CpuHotAdd),
        ("m", VmProperty.MemoryHotAdd),
    ];

    private readonly Dictionary<string, (string? Before, string? Set)> _fields;

    private VmUndoRecord(Dictionary<string, (string? Before, string? Set)> fields) => _fields = fields;

    /// <summary>The properties that it knows the former value of.</summary>
    public IReadOnlyDictionary<string, (string? Before, string? Set)> Fields => _fields;

    public bool IsEmpty => _fields.Count == 0;

    /// <summary>A record that knows nothing yet.</summary>
    public static VmUndoRecord Empty() => new([]);

    /// <summary>The record of a VM; null when it has none, or one that belongs to the VM it was cloned from, or one that cannot be read.</summary>
    public static VmUndoRecord? Of(GpuVm vm)
    {
        if (!vm.ExtraConfig.TryGetValue(Key, out string? text))
        {
            return null;
        }

        string[] parts = text.Split(Separator);
        if (parts.Length < 2 || parts[0] != Version || !string.Equals(parts[1], vm.InstanceUuid, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var fields = new Dictionary<string, (string? Before, string? Set)>(StringComparer.Ordinal);
        foreach (string part in parts.Skip(2))
        {
            int equals = part.IndexOf('=');
            int arrow = part.IndexOf('>');
            string? property = equals < 1 || arrow < equals
                ? null
                : s_codes.FirstOrDefault(code => code.Code == part.Substring(0, equals)).Property;
            if (property is null)
            {
                return null;
            }

            fields[property] = (Decode(part.Substring(equals + 1, arrow - equals - 1)), Decode(part.Substring(arrow + 1)));
        }

        return new VmUndoRecord(fields);
    }

    /// <summary>
    /// Notes that a property is set. The value before our first touch is kept; but where somebody changed what we had set, that is what was there before.
    /// </summary>
    public VmUndoRecord With(string property, string? current, string? set)
    {
        Dictionary<string, (string? Before, string? Set)> fields = new(_fields, StringComparer.Ordinal);
        string? before = _fields.TryGetValue(property, out (string? Before, string? Set) known) && Same(known.Set, current) ? known.Before : current;
        fields[property] = (before, set);
        return new VmUndoRecord(fields);
    }

    /// <summary>Forgets a property.</summary>
    public VmUndoRecord Without(string property)
    {
        Dictionary<string, (string? Before, string? Set)> fields = new(_fields, StringComparer.Ordinal);
        fields.Remove(property);
        return new VmUndoRecord(fields);
    }

    /// <summary>Whether a property still holds what we set.</summary>
    public bool IsOurs(string property, string? current) =>
        _fields.TryGetValue(property, out (string? Before, string? Set) known) && Same(known.Set, current);

    /// <summary>The record as it is kept in a VM.</summary>
    public string Write(string instanceUuid)
    {
        var text = new StringBuilder(Version).Append(Separator).Append(instanceUuid);
        foreach ((string code, string property) in s_codes)
        {
            if (_fields.TryGetValue(property, out (string? Before, string? Set) field))
            {
                text.Append(Separator).Append(code).Append('=').Append(Encode(field.Before)).Append('>').Append(Encode(field.Set));
            }
        }

        return text.ToString();
    }

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Encode(string? value) => value switch
    {
        null => Absent,
        Absent => "%2D",
        _ => Uri.EscapeDataString(value),
    };

    private static string? Decode(string text) => text == Absent ? null : Uri.UnescapeDataString(text);
}
