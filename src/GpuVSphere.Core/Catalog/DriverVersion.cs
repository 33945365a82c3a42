using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>The version of an NVIDIA driver, such as 390.42 or 570.158.02. A part that is missing counts as 0: 450.156 and 450.156.00 are one version.</summary>
public sealed class DriverVersion : IComparable<DriverVersion>, IComparable, IEquatable<DriverVersion>
{
    private const int MostParts = 4;

    private readonly IReadOnlyList<int> _parts;
    private readonly string _text;

    private DriverVersion(IReadOnlyList<int> parts, string text)
    {
        _parts = parts;
        _text = text;
    }

    /// <summary>The number of the driver branch: 570 for 570.158.02.</summary>
    public int Branch => _parts[0];

    /// <summary>Whether two versions are the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(DriverVersion? left, DriverVersion? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two versions differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(DriverVersion? left, DriverVersion? right) => !(left == right);

    /// <summary>Whether one version is older than another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(DriverVersion left, DriverVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether one version is newer than another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(DriverVersion left, DriverVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether one version is older than another, or the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(DriverVersion left, DriverVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one version is newer than another, or the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(DriverVersion left, DriverVersion right) => left.CompareTo(right) >= 0;

    /// <summary>Reads a version. What an ESXi package appends (<c>-1OEM.670.0.0.7535516</c>) is let pass.</summary>
    /// <param name="text">Such as <c>390.42</c>, <c>570.158.02</c>, <c>390.42-1OEM.670.0.0.7535516</c>.</param>
    /// <returns>The version, or null when the text is none.</returns>
    public static DriverVersion? TryParse(string? text)
    {
        string plain = (text ?? string.Empty).Trim();
        int dash = plain.IndexOf('-');
        plain = dash < 0 ? plain : plain.Substring(0, dash);
        string[] words = plain.Split('.');
        if (words.Length is < 2 or > MostParts)
        {
            return null;
        }

        var parts = new int[words.Length];
        for (int index = 0; index < words.Length; index++)
        {
            if (words[index].Length is 0 or > 4 || !int.TryParse(words[index], NumberStyles.None, CultureInfo.InvariantCulture, out parts[index]))
            {
                return null;
            }
        }

        return new DriverVersion(parts, plain);
    }

    /// <inheritdoc/>
    public int CompareTo(DriverVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        for (int index = 0; index < Math.Max(_parts.Count, other._parts.Count); index++)
        {
            int difference = Part(index).CompareTo(other.Part(index));
            if (difference != 0)
            {
                return difference;
            }
        }

        return 0;
    }

    /// <summary>Compares with another version: what Sort-Object asks.</summary>
    /// <param name="obj">The other version; null comes first.</param>
    /// <exception cref="ArgumentException">It is no version.</exception>
    public int CompareTo(object? obj) =>
        obj is null ? 1 : obj is DriverVersion other ? CompareTo(other) : throw new ArgumentException("It is no driver version.", nameof(obj));

    /// <inheritdoc/>
    public bool Equals(DriverVersion? other) => other is not null && CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DriverVersion);

    /// <inheritdoc/>
    public override int GetHashCode() => Enumerable.Range(0, MostParts).Aggregate(17, (hash, index) => unchecked((hash * 31) + Part(index)));

    /// <summary>The version as it was written.</summary>
    public override string ToString() => _text;

    private int Part(int index) => index < _parts.Count ? _parts[index] : 0;
}
