using System;
using System.Globalization;

namespace GpuVSphere.Vim;

/// <summary>A version of the vim25 API, such as 6.5, 6.7.3 or 8.0.3.0. Missing parts count as 0.</summary>
/// <param name="Text">The version as the server writes it.</param>
public readonly record struct ApiVersion(string Text) : IComparable<ApiVersion>
{
    /// <summary>Whether this version is at least another.</summary>
    /// <param name="major">Such as 7.</param>
    /// <param name="minor">Such as 0.</param>
    /// <param name="update">Such as 2 for update 2.</param>
    public bool IsAtLeast(int major, int minor, int update = 0) =>
        CompareTo(new ApiVersion(string.Format(CultureInfo.InvariantCulture, "{0}.{1}.{2}", major, minor, update))) >= 0;

    /// <summary>Orders by number, part after part.</summary>
    /// <param name="other">The version to compare with.</param>
    public int CompareTo(ApiVersion other)
    {
        string[] mine = (Text ?? string.Empty).Split('.');
        string[] others = (other.Text ?? string.Empty).Split('.');
        for (int i = 0; i < Math.Max(mine.Length, others.Length); i++)
        {
            int difference = Part(mine, i).CompareTo(Part(others, i));
            if (difference != 0)
            {
                return difference;
            }
        }

        return 0;
    }

    /// <summary>The version as the server writes it.</summary>
    public override string ToString() => Text ?? string.Empty;

    private static int Part(string[] parts, int index) =>
        index < parts.Length && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out int part) ? part : 0;
}
