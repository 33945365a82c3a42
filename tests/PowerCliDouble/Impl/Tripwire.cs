using System;
using System.Threading;

namespace VMware.VimAutomation.ViCore.Impl.V1;

/// <summary>Counts what must not be touched: ExtensionData and Client, which cost a round trip or warn in PowerCLI.</summary>
public static class Tripwire
{
    private static int s_count;

    public static int Count => Volatile.Read(ref s_count);

    public static void Reset() => Interlocked.Exchange(ref s_count, 0);

    internal static Exception Touched(string what)
    {
        Interlocked.Increment(ref s_count);
        return new InvalidOperationException(what + " was read.");
    }
}
