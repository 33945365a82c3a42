using System;
using System.Globalization;

namespace GpuVSphere.Catalog;

/// <summary>The number of a vGPU release: 16.10 is later than 16.9.</summary>
/// <param name="Major">The main number.</param>
/// <param name="Minor">The number within it.</param>
public readonly record struct ReleaseNumber(int Major, int Minor) : IComparable<ReleaseNumber>
{
    /// <summary>Whether one is earlier than another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(ReleaseNumber left, ReleaseNumber right) => left.CompareTo(right) < 0;

    /// <summary>Whether one is later than another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(ReleaseNumber left, ReleaseNumber right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is earlier than another, or the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(ReleaseNumber left, ReleaseNumber right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is later than another, or the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(ReleaseNumber left, ReleaseNumber right) => left.CompareTo(right) >= 0;

    /// <summary>Reads a number.</summary>
    /// <param name="text">Such as <c>16.10</c>.</param>
    /// <returns>The number, or null when the text is none.</returns>
    public static ReleaseNumber? TryParse(string? text)
    {
        string[] parts = (text ?? string.Empty).Trim().Split('.');
        return parts.Length == 2 && Part(parts[0]) is { } major && Part(parts[1]) is { } minor ? new ReleaseNumber(major, minor) : null;
    }

    /// <inheritdoc/>
    public int CompareTo(ReleaseNumber other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <summary>The number, such as <c>16.10</c>.</summary>
    public override string ToString() => string.Format(CultureInfo.InvariantCulture, "{0}.{1}", Major, Minor);

    private static int? Part(string text) => text.Length is 1 or 2 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
