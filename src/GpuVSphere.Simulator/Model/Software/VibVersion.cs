using System;
using System.Globalization;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>The order of package versions: part by part from the left, numbers by their value.</summary>
internal static class VibVersion
{
    public static int Compare(string left, string right)
    {
        string[] a = left.Split('.', '-');
        string[] b = right.Split('.', '-');
        for (int i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            int order = Part(i < a.Length ? a[i] : "0", i < b.Length ? b[i] : "0");
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int Part(string left, string right) =>
        long.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out long a) && long.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out long b)
            ? a.CompareTo(b)
            : string.CompareOrdinal(left, right);
}
