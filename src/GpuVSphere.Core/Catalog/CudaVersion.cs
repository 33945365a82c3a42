using System;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>The version of a CUDA toolkit, such as 9.1.85 or 12.4.1; of a whole minor version, 12.4.</summary>
/// <param name="Major">Such as 12.</param>
/// <param name="Minor">Such as 4.</param>
/// <param name="Patch">Such as 1; null where the minor version as a whole is meant.</param>
public sealed record CudaVersion(int Major, int Minor, int? Patch) : IComparable<CudaVersion>
{
    /// <summary>Its two numbers, which name its folder and its packages: 12.4.</summary>
    public string MinorText => string.Format(CultureInfo.InvariantCulture, "{0}.{1}", Major, Minor);

    /// <summary>Reads a version of two or three numbers.</summary>
    /// <param name="text">Such as <c>9.1.85</c>.</param>
    /// <returns>Null when it is none.</returns>
    public static CudaVersion? TryParse(string? text)
    {
        string[] words = (text ?? string.Empty).Trim().Split('.');
        int[] parts = [.. words.Select(word => word.Length is > 0 and <= 4 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int part) ? part : -1)];
        return parts.Length is 2 or 3 && parts.All(part => part >= 0) ? new CudaVersion(parts[0], parts[1], parts.Length == 3 ? parts[2] : null) : null;
    }

    /// <summary>Whether two are of one minor version.</summary>
    /// <param name="other">The other.</param>
    public bool IsMinorOf(CudaVersion other) => Major == other.Major && Minor == other.Minor;

    /// <inheritdoc/>
    public int CompareTo(CudaVersion? other) => other is null ? 1 : (Major, Minor, Patch ?? -1).CompareTo((other.Major, other.Minor, other.Patch ?? -1));

    /// <summary>The version as it is written.</summary>
    public override string ToString() => Patch is { } patch ? string.Format(CultureInfo.InvariantCulture, "{0}.{1}", MinorText, patch) : MinorText;
}
