using System;

namespace GpuVSphere.Simulator.Model;

/// <summary>A uuid that is the same in every run: made from a name.</summary>
internal static class StableGuid
{
    public static Guid From(string name)
    {
        byte[] bytes = new byte[16];
        for (int half = 0; half < 2; half++)
        {
            // FNV-1a, twice with another start, is plenty for names that only must differ.
            ulong hash = 14695981039346656037UL + (ulong)half;
            foreach (char c in name)
            {
                hash = (hash ^ c) * 1099511628211UL;
            }

            for (int i = 0; i < 8; i++)
            {
                bytes[(half * 8) + i] = (byte)(hash >> (8 * i));
            }
        }

        bytes[7] = (byte)((bytes[7] & 0x0f) | 0x50);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes);
    }
}
