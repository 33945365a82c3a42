using System;
using System.Collections.Generic;
using System.Globalization;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A version of the vim25 API, such as 6.7.3 or 8.0.3.0. Ordered number by number; 7.0 and 7.0.0.0 are the same.</summary>
internal readonly struct WireVersion : IComparable<WireVersion>, IEquatable<WireVersion>
{
    // The versions that vCenter lists (facts: vim25-gpu.md, the head, and samples/vimServiceVersions-8.0.3.0.xml), oldest first.
    private static readonly string[] s_known =
    [
        "2.0", "2.5", "4.0", "4.1", "5.0", "5.1", "5.5", "6.0", "6.5", "6.7", "6.7.1", "6.7.2", "6.7.3", "6.8.7", "6.9.1",
        "7.0.0.0", "7.0.0.2", "7.0.1.0", "7.0.1.1", "7.0.2.0", "7.0.2.1", "7.0.3.0", "7.0.3.1", "7.0.3.2",
        "8.0.0.0", "8.0.0.1", "8.0.0.2", "8.0.1.0", "8.0.2.0", "8.0.3.0", "9.0.0.0", "9.1.0.0",
    ];

    private readonly long _order;

    private WireVersion(long order) => _order = order;

    public static bool operator <=(WireVersion left, WireVersion right) => left._order <= right._order;

    public static bool operator >=(WireVersion left, WireVersion right) => left._order >= right._order;

    public static WireVersion Parse(string text) =>
        TryParse(text, out WireVersion version) ? version : throw new FormatException("'" + text + "' is no API version.");

    public static bool TryParse(string? text, out WireVersion version)
    {
        version = default;
        string[] parts = (text ?? string.Empty).Split('.');
        if (parts.Length > 4)
        {
            return false;
        }

        long order = 0;
        for (int i = 0; i < 4; i++)
        {
            int part = 0;
            if (i < parts.Length && !(int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out part) && part < 10_000))
            {
                return false;
            }

            order = (order * 10_000) + part;
        }

        version = new WireVersion(order);
        return true;
    }

    /// <summary>The versions that a server speaks besides its newest, newest first, as it lists them.</summary>
    public static IEnumerable<string> Prior(WireVersion newest)
    {
        for (int i = s_known.Length - 1; i >= 0; i--)
        {
            WireVersion version = Parse(s_known[i]);
            if (version <= newest && !version.Equals(newest))
            {
                yield return s_known[i];
            }
        }
    }

    /// <summary>Whether a server of the given version speaks this one.</summary>
    public bool IsSpokenBy(WireVersion newest)
    {
        if (Equals(newest))
        {
            return true;
        }

        foreach (string known in Prior(newest))
        {
            if (Parse(known).Equals(this))
            {
                return true;
            }
        }

        return false;
    }

    public int CompareTo(WireVersion other) => _order.CompareTo(other._order);

    public bool Equals(WireVersion other) => _order == other._order;

    public override bool Equals(object? obj) => obj is WireVersion other && Equals(other);

    public override int GetHashCode() => _order.GetHashCode();
}
