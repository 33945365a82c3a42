using System;

namespace GpuVSphere;

/// <summary>How many letters must be put in, taken out or changed to make one word of another (Levenshtein): what errors offer near names by.</summary>
internal static class EditDistance
{
    internal static int Between(string from, string to)
    {
        int[] row = new int[to.Length + 1];
        for (int column = 0; column <= to.Length; column++)
        {
            row[column] = column;
        }

        for (int line = 1; line <= from.Length; line++)
        {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= to.Length; column++)
            {
                int above = row[column];
                int changed = diagonal + (from[line - 1] == to[column - 1] ? 0 : 1);
                row[column] = Math.Min(changed, Math.Min(above, row[column - 1]) + 1);
                diagonal = above;
            }
        }

        return row[to.Length];
    }
}
